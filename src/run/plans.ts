import type { LimitsRequest } from '../chaos/basic/limits.ts';
import { DEFAULT_SIGNAL_RATE, type SignalPlan } from '../chaos/basic/signal-injection.ts';
import { defaultOf } from '../chaos/options.ts';
import { outsideOfPhases, phased, phasesWith } from '../chaos/scenario/phased-settings.ts';
import { type ChaosSettings, DEFAULT_SIGNALS } from '../chaos/settings.ts';
import { type PartName, partsOf } from '../chaos/tiers.ts';
import type { FaultPlan, FaultSettings } from '../faults/fault-plan.ts';
import type { Recording } from '../faults/replay-file.ts';
import { trySeccompTrace } from '../linux/probes.ts';
import { RenacerError } from '../model/errors.ts';
import type { TimeoutUse } from '../model/run-result.ts';
import type { AttachPlan, PhasedInjection, SchedulePlan, TracingPlan } from './engine/engine-plan.ts';
import { phasedParts } from './phases/phased-injections.ts';
import type { AttachRequest, RunRequest } from './request.ts';

/** What a request means for the engine's thread. */

const DEFAULT_STRING_LIMIT = 32;

/** For runs with faults of these, unless the configuration says otherwise. */
const DEFAULT_TIMEOUT_MS = 600_000;
const RANDOM_PARTS: readonly PartName[] = ['signals', 'byzantine', 'bugs', 'schedule'];

/** What is injected at system calls. */
export type Injections = Pick<
  TracingPlan,
  'signals' | 'faults' | 'replay' | 'ioLatencyMs' | 'schedule' | 'phased' | 'phases'
>;

/** What the settings ask to be injected at system calls, or what a recording has of that. */
export async function injectionsOf(
  settings: ChaosSettings,
  seed: number,
  replay: Recording | undefined,
): Promise<Injections> {
  const outside = settings.phases ? outsideOfPhases(settings) : settings;
  const armed = partsOf(outside);
  return {
    // A replay of the network alone needs no tracing.
    replay: replay && replay.faults.length > 0 ? { seed, faults: replay.faults } : undefined,
    signals: armed.includes('signals') ? signalPlan(outside, seed) : undefined,
    faults: await faultPlanOf(outside, armed, seed),
    ioLatencyMs: armed.includes('io_latency') ? outside.ioLatencyMs : undefined,
    schedule: schedulePlan(settings, seed, replay),
    phased: await phasedInjections(settings, seed),
  };
}

function schedulePlan(settings: ChaosSettings, seed: number, replay: Recording | undefined): SchedulePlan | undefined {
  const { schedule, schedulePoints, scheduleDepth } = settings;
  const depth = scheduleDepth ?? defaultOf('scheduleDepth')!;
  const points = schedulePoints ?? defaultOf('schedulePoints')!;
  if (replay?.schedule) return { seed, strategy: 'fair', depth, ...replay.schedule };
  const inPhases = phased('schedule', settings)?.flatMap(({ gate, settings: of }) =>
    gate.owner === undefined || !of.schedule
      ? []
      : [{ gate, strategy: of.schedule, depth: of.scheduleDepth ?? defaultOf('scheduleDepth')! }],
  );
  // One task runs at a time from the start: outside of these phases, as if nobody chose.
  const strategy = schedule ?? (inPhases && 'fair');
  return strategy && { seed, strategy, points, depth, phased: inPhases };
}

async function phasedInjections(
  settings: ChaosSettings,
  seed: number,
): Promise<readonly PhasedInjection[] | undefined> {
  if (!settings.phases) return undefined;
  const whole = settings.faultsFrom === undefined ? {} : { faultsFrom: settings.faultsFrom };
  const injections: PhasedInjection[] = [];
  for (const { gate, settings: of } of phasedParts(settings)) {
    const armed = partsOf(of);
    if (armed.length === 0) continue;
    injections.push({
      gate,
      signals: armed.includes('signals') ? signalPlan(of, seed) : undefined,
      faults: await faultPlanOf({ ...whole, ...of }, armed, seed),
      ioLatencyMs: armed.includes('io_latency') ? of.ioLatencyMs : undefined,
    });
  }
  return injections.length > 0 ? injections : undefined;
}

/** `launchBytes`: what the arguments and the environment of the command take. */
export function limitsRequest(settings: ChaosSettings, armed: readonly PartName[], launchBytes: number): LimitsRequest {
  const { memoryLimit, cpuLimit, phases = [] } = settings;
  const changes = phasesWith('memory', phases).length > 0;
  const failures = [settings, ...phases.map((phase) => phase.settings)].map((one) => one.memoryFailure);
  const failure = failures.includes('enomem') ? 'enomem' : failures.find((one) => one !== undefined);
  return {
    ...((armed.includes('memory') || changes) && {
      memory: { bytes: memoryLimit, changes, launchBytes, ...(failure && { failure }) },
    }),
    ...((armed.includes('cpu') || phasesWith('cpu', phases).length > 0) && { cpu: { fraction: cpuLimit } }),
  };
}

function signalPlan(settings: ChaosSettings, seed: number): SignalPlan {
  return {
    seed,
    signals: settings.signals ?? DEFAULT_SIGNALS,
    rate: settings.signalRate ?? DEFAULT_SIGNAL_RATE,
  };
}

/** The deadline of a run; undefined for none. Random faults may leave a program waiting for ever: they have one by default. */
export function timeoutOf(
  { timeoutMs, phases = [] }: ChaosSettings,
  outside: readonly PartName[],
): Pick<TimeoutUse, 'limitMs' | 'byDefault'> | undefined {
  if (timeoutMs !== undefined) return timeoutMs > 0 ? { limitMs: timeoutMs, byDefault: false } : undefined;
  const armed = [...outside, ...phases.flatMap((phase) => partsOf(phase.settings))];
  return armed.some((part) => RANDOM_PARTS.includes(part))
    ? { limitMs: DEFAULT_TIMEOUT_MS, byDefault: true }
    : undefined;
}

/** The engine of faults is loaded by runs that need it alone. */
async function faultPlanOf(
  settings: ChaosSettings,
  armed: readonly PartName[],
  seed: number,
): Promise<FaultPlan | undefined> {
  const { rules, byzantine, bugs, faultsFrom } = settings;
  const wanted: FaultSettings = {
    rules: armed.includes('rules') ? rules : undefined,
    byzantine: armed.includes('byzantine') ? byzantine : undefined,
    bugs: armed.includes('bugs') ? bugs : undefined,
    faultsFrom,
  };
  if (!wanted.rules && !wanted.byzantine && !wanted.bugs) return undefined;
  const { faultPlan } = await import('../faults/fault-plan.ts');
  return faultPlan(wanted, seed);
}

/** Undefined if nothing asks for tracing: such a run does not ptrace. */
export function tracingPlan(
  { trace, callSites, still }: Pick<RunRequest, 'trace' | 'callSites' | 'still'>,
  chaos: Injections & Pick<TracingPlan, 'emulation'>,
): TracingPlan | undefined {
  const isChaotic = Object.values(chaos).some((part) => part !== undefined);
  if (!trace && !isChaotic && !still) return undefined;
  if (chaos.schedule) refuseWithoutFilters();
  const follow = isChaotic || still !== undefined || trace?.follow !== false;
  return {
    // Where filters are refused, or are not for all tasks, every call stops: slower, and complete all the same.
    method: follow && !trace?.untilExec && trySeccompTrace() === undefined ? 'seccomp' : 'ptrace',
    follow,
    untilExec: trace?.untilExec === true,
    walksStops: process.env.RENACER_STOP_WALKER !== 'off',
    selected: trace?.select ?? 'none',
    events: trace?.onEvent !== undefined,
    timed: trace !== undefined,
    stringLimit: trace?.stringLimit ?? DEFAULT_STRING_LIMIT,
    verbose: trace?.verbose === true,
    fdPaths: trace?.fdPaths === true,
    descriptorDetails: trace?.descriptorDetails ?? [],
    dumps: trace?.dumps,
    processNames: trace?.processNames === true,
    callSites,
    still,
    ...chaos,
  };
}

/** Throws SCHEDULE_UNAVAILABLE. */
function refuseWithoutFilters(): void {
  const refusal = trySeccompTrace();
  if (refusal === undefined) return;
  throw new RenacerError(
    'SCHEDULE_UNAVAILABLE',
    `--chaos-schedule needs filters of system calls: seccomp(2): ${refusal}`,
    {
      hint: '`renacer doctor` says how to get them.',
    },
  );
}

export function attachPlan({ pids, killOnExit = false, awaitsExec }: AttachRequest): AttachPlan {
  return { pids, killOnExit, awaitsExec };
}
