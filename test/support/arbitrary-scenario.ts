import fc from 'fast-check';
import { endsByItself } from '../../src/chaos/scenario/timing.ts';
import type { ChaosSettings, Phase } from '../../src/chaos/settings.ts';
import type {
  PhaseAction,
  PhaseBegin,
  PhaseOf,
  Probe,
  ProbeQuestion,
  Trigger,
  TriggerEvent,
} from '../../src/model/scenario.ts';
import { PROBE_MOMENTS } from '../../src/model/scenario.ts';

const ms = fc.integer({ min: 1, max: 100_000_000 }).map((us) => us / 1000);
/** Texts with what the grammar of the flags is made of. */
const text = fc
  .array(
    fc.constantFrom('a', ':', ',', '\\', '=', 'is=', ':for=', ',nth=', '/', ' ', '"', '[', '1', 'true', 'é', ':b'),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))
  .filter((made) => made.trim() !== '');
const regex = fc.oneof(
  text.filter((made) => {
    try {
      return new RegExp(made).source !== '';
    } catch {
      return false;
    }
  }),
  fc.constantFrom('ready', '\\d+:', 'a\\\\:b=', 'listening on .*:for=', '5', 'true', '[1]'),
);
const address = fc.constantFrom(':80', '127.0.0.1:8080', '[::1]:65535', '/run/x:y=1.sock', 'localhost:1');
const stream = fc.constantFrom('stdout' as const, 'stderr' as const, undefined);
const name = fc.constantFrom('a', 'disk full', 'net-2', 'é', '7', 'true');
const lineage = fc.constantFrom('0', '0.1', '0.12.3');

const triggerEvent: fc.Arbitrary<TriggerEvent> = fc.oneof(
  fc.record({ kind: fc.constant('output' as const), regex, stream }),
  fc.record({ kind: fc.constantFrom('listen' as const, 'connect' as const), address }),
  fc.record({
    kind: fc.constant('file' as const),
    glob: text,
    is: fc.oneof(
      fc.constantFrom('created' as const, 'gone' as const),
      fc.record({ largerThan: fc.integer({ min: 0, max: 2 ** 40 }) }),
    ),
  }),
  fc.record({
    kind: fc.constant('syscall' as const),
    call: fc.record(
      {
        syscall: fc.constantFrom('read', 'openat,open', '%network', '!futex', '/^open'),
        path: fc.constantFrom('/etc/*', '**/a:b=c,fd=1', '7'),
        fd: fc.constantFrom(3, 'socket'),
        args: fc.subarray(['arg1==3', 'arg2&0x40'], { minLength: 1 }),
        comm: fc.constantFrom('node', '7', 'a:b'),
        task: lineage,
      },
      { requiredKeys: ['syscall'] },
    ),
  }),
  fc.record({
    kind: fc.constant('probe' as const),
    probe: name,
    is: fc.constantFrom('ok' as const, 'failed' as const),
  }),
  fc.record({
    kind: fc.constant('phase' as const),
    phase: name,
    is: fc.constantFrom('begun' as const, 'ended' as const),
  }),
  fc.record({ kind: fc.constant('exit' as const), task: lineage }),
);

export const arbitraryTrigger: fc.Arbitrary<Trigger> = fc.record({
  event: triggerEvent,
  nth: fc.constantFrom(1, 2, 1000),
  delayMs: fc.oneof(fc.constant(0), ms),
});

const begin: fc.Arbitrary<PhaseBegin> = fc.oneof(
  fc.constantFrom({ kind: 'start' as const }, { kind: 'request' as const }),
  ms.map((at) => ({ kind: 'at' as const, ms: at })),
  arbitraryTrigger.map((trigger) => ({ kind: 'on' as const, trigger })),
  name.map((phase) => ({ kind: 'after' as const, phase })),
);

const signal = fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGSTOP', 'SIGRT_3');
const action: fc.Arbitrary<PhaseAction> = fc.oneof(
  fc.record({ kind: fc.constant('signal' as const), signal, to: fc.constantFrom('0', 'tree', '0.1', 'redis-server') }),
  fc.constant({ kind: 'pause' as const }),
  fc.record({ kind: fc.constant('restart' as const), signal }),
  fc.record({ kind: fc.constant('run' as const), command: text }),
);

const microseconds = fc.nat(100_000_000);
const every = fc
  .tuple(microseconds, microseconds)
  .map(([least, more]) => [(200_000_000 + least) / 1000, (200_000_000 + least + more) / 1000] as const);

/** Any phase that is right by itself; `settings` makes what it sets, which may be nothing. */
export function arbitraryPhase<S extends object>(settings: fc.Arbitrary<S>): fc.Arbitrary<PhaseOf<S>> {
  return fc
    .record({
      name,
      settings,
      action: fc.option(action, { nil: undefined }),
      begin,
      forMs: fc.option(ms, { nil: undefined }),
      until: fc.option(arbitraryTrigger, { nil: undefined }),
      everyMs: fc.option(every, { nil: undefined }),
      times: fc.option(fc.constantFrom(1, 2, 1000), { nil: undefined }),
    })
    .map((phase) => sound(phase));
}

function sound<S extends object>(phase: PhaseOf<S>): PhaseOf<S> {
  const { action: does, settings } = phase;
  // Who sets nothing does something.
  const kept = does ?? (Object.keys(settings).length === 0 ? { kind: 'pause' as const } : undefined);
  const isAtOnce = kept?.kind === 'signal' || kept?.kind === 'run';
  const forMs = isAtOnce ? undefined : (phase.forMs ?? (phase.until || kept?.kind === 'restart' ? undefined : 5));
  const isRepeatable = phase.everyMs !== undefined || phase.begin.kind === 'on';
  return {
    ...phase,
    settings: kept ? ({} as S) : settings,
    action: kept,
    forMs,
    until: isAtOnce ? undefined : phase.until,
    times: isRepeatable ? phase.times : undefined,
  };
}

const status = fc.array(fc.integer({ min: 0, max: 599 }), { minLength: 1, maxLength: 3 });
const size = fc.oneof(
  fc.record({ min: fc.nat(5000) }),
  fc.record({ max: fc.nat(5000) }),
  fc.record({ min: fc.nat(50), max: fc.integer({ min: 50, max: 5000 }) }),
);
const ageMs = fc.oneof(
  fc.record({ min: ms }),
  fc.record({ max: ms }),
  fc.tuple(microseconds, microseconds).map(([min, more]) => ({ min: min / 1000, max: (min + more) / 1000 })),
);

const asks: fc.Arbitrary<ProbeQuestion> = fc.oneof(
  fc.record(
    { kind: fc.constant('command' as const), command: text, status, output: regex },
    { requiredKeys: ['kind', 'command'] },
  ),
  fc.record(
    {
      kind: fc.constant('http' as const),
      url: fc.constantFrom('http://127.0.0.1:80/a', 'http://x/?a:b=c'),
      status,
      body: regex,
    },
    { requiredKeys: ['kind', 'url'] },
  ),
  fc.record({ kind: fc.constant('tcp' as const), address }),
  fc.record(
    { kind: fc.constant('file' as const), path: text, exists: fc.boolean(), size, ageMs, content: regex },
    { requiredKeys: ['kind', 'path'] },
  ),
  fc.record({ kind: fc.constant('output' as const), regex, stream, seen: fc.boolean() }),
);

/** Any probe that is right by itself. */
export const arbitraryProbe: fc.Arbitrary<Probe> = fc
  .record({
    name,
    asks,
    check: fc.subarray([...PROBE_MOMENTS], { minLength: 1 }),
    intervalMs: ms,
    timeoutMs: ms,
    initialDelayMs: fc.oneof(fc.constant(0), ms),
    failureThreshold: fc.constantFrom(1, 3),
    withinMs: fc.option(ms, { nil: undefined }),
  })
  .map((probe) => ({
    ...probe,
    initialDelayMs: probe.check.includes('before') ? probe.initialDelayMs : 0,
    withinMs: probe.check.some((moment) => moment !== 'during') ? probe.withinMs : undefined,
  }));

export const arbitraryShellCommand: fc.Arbitrary<string> = text;

/** The same with names that are there once, and phases and probes that wait for what is there. */
export function withSoundScenario(settings: ChaosSettings): ChaosSettings {
  const probes = settings.steadyState?.probes?.map((probe, index) => ({ ...probe, name: `${probe.name} ${index}` }));
  const asked = probes?.find(({ check }) => check.includes('during'))?.name;
  const named = settings.phases?.map((phase, index) => ({ ...phase, name: `${phase.name} ${index}` })) ?? [];
  const phases = named.map((phase, index): Phase => {
    const before = named[index - 1];
    const fixed = (trigger: Trigger) => withKnownNames(trigger, before?.name, asked);
    const { begin, until } = phase;
    return {
      ...phase,
      begin:
        begin.kind === 'on'
          ? { kind: 'on', trigger: fixed(begin.trigger) }
          : begin.kind !== 'after'
            ? begin
            : before && endsByItself(before)
              ? { kind: 'after', phase: before.name }
              : { kind: 'start' },
      until: until && fixed(until),
    };
  });
  return {
    ...settings,
    ...(settings.phases && { phases }),
    ...(probes && { steadyState: { probes } }),
    ...(settings.abortOn && {
      abortOn: settings.abortOn.map((trigger) => withKnownNames(trigger, named[0]?.name, asked)),
    }),
  };
}

function withKnownNames(trigger: Trigger, phase: string | undefined, probe: string | undefined): Trigger {
  const { event } = trigger;
  if (event.kind === 'phase') {
    return { ...trigger, event: phase === undefined ? { kind: 'exit', task: '0' } : { ...event, phase } };
  }
  if (event.kind !== 'probe') return trigger;
  return { ...trigger, event: probe === undefined ? { kind: 'exit', task: '0' } : { ...event, probe } };
}
