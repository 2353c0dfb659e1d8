import { SignalInjection } from '../chaos/basic/signal-injection.ts';
import { FaultPolicy, type FiredFault } from '../faults/fault-policy.ts';
import { ReplayPolicy } from '../faults/replay-policy.ts';
import type { SentSignal } from '../faults/sent-signals.ts';
import { type GatedProcess, LaunchError } from '../linux/launch.ts';
import { NativeMemory } from '../linux/memory.ts';
import { traceFilter } from '../linux/seccomp-filter.ts';
import { muteChildStops } from '../linux/signals.ts';
import type { Policy } from '../tracer/policy.ts';
import { PolicyChain } from '../tracer/policy-chain.ts';
import { type CallCounts, Recorder, type RecordingPlan } from '../tracer/recorder.ts';
import { RingWriter } from '../tracer/ring-writer.ts';
import { StopLoop } from '../tracer/stop-loop.ts';
import type { CountedCall, EnginePlan, TracingPlan } from './engine-plan.ts';
import { awaitEmpty, openKernelTracer } from './kernel-trace.ts';
import { failed, launch, tell, waitFor } from './launched.ts';

/** Launches the command of a plan that traces or injects, and follows it to its end. */
export async function runTraced(plan: EnginePlan, tracing: TracingPlan): Promise<void> {
  const injectors = await makeInjectors(tracing);
  const policies = policiesOf(injectors);
  const stops = tracing.method === 'seccomp' && !tracing.kernel;
  const filter = stops ? traceFilter(stoppingCalls(tracing.selected, policies)) : undefined;
  // What to capture is known by the decoders: a run that shows no events does without them.
  const captures = tracing.events ? (await import('../syscalls/signatures.ts')).capturesWith(tracing) : () => [];
  if (!tracing.kernel) {
    const gated = launch(plan, filter);
    if (gated) trace(plan, tracing, gated, captures, injectors);
    return;
  }
  const { group } = tracing.kernel;
  // It must see the command from its first call on.
  const tracer = openKernelTracer(plan, tracing.kernel, tracing, captures);
  if (typeof tracer === 'string') {
    tell({ kind: 'no-kernel-trace', reason: tracer });
    return;
  }
  const gated = launch(plan, filter);
  if (gated) waitFor(gated, { tracer, awaitTree: () => awaitEmpty(group) });
}

/** What injects into the run; each is undefined unless the plan asks for it. */
interface Injectors {
  readonly faults: FaultPolicy | undefined;
  readonly signals: SignalInjection | undefined;
  readonly replay: ReplayPolicy | undefined;
  /** Last, since these act on calls as they are made. */
  readonly conditions: readonly Policy[];
}

async function makeInjectors(tracing: TracingPlan): Promise<Injectors> {
  const onFault = (fault: FiredFault): void => tell({ kind: 'fault', fault });
  const onSent = (sent: SentSignal): void => tell({ kind: 'signal', sent });
  return {
    faults: tracing.faults && new FaultPolicy(tracing.faults, onFault),
    signals: tracing.signals && new SignalInjection(tracing.signals, onSent),
    replay: tracing.replay && new ReplayPolicy(tracing.replay, onFault, onSent),
    conditions: await makeConditions(tracing),
  };
}

/** To be called ahead by whoever knows that it will be needed. */
export function loadImitation(): Promise<typeof import('../chaos/network/syscalls/imitation.ts')> {
  return import('../chaos/network/syscalls/imitation.ts');
}

/** What no run loads that does not ask for it. */
async function makeConditions(tracing: TracingPlan): Promise<Policy[]> {
  const conditions: Policy[] = [];
  if (tracing.imitation) {
    const { NetworkImitation } = await loadImitation();
    conditions.push(new NetworkImitation(tracing.imitation));
  }
  if (tracing.ioLatencyMs) {
    const { IoLatency } = await import('../chaos/network/io-latency.ts');
    conditions.push(new IoLatency(tracing.ioLatencyMs));
  }
  return conditions;
}

function policiesOf({ faults, signals, replay, conditions }: Injectors): Policy[] {
  return [faults, signals, replay, ...conditions].filter((policy) => policy !== undefined);
}

function trace(
  plan: EnginePlan,
  tracing: TracingPlan,
  gated: GatedProcess,
  captures: RecordingPlan['captures'],
  injectors: Injectors,
): void {
  muteChildStops();
  const writer = new RingWriter(NativeMemory.at(plan.ring.address, plan.ring.size), new Int32Array(plan.ring.control));
  const recorder = new Recorder(
    {
      selected: typeof tracing.selected === 'string' ? tracing.selected : new Set(tracing.selected),
      events: tracing.events,
      timed: tracing.timed,
      captures,
      stringLimit: tracing.stringLimit,
    },
    writer,
  );
  const policies = policiesOf(injectors);
  const policy = policies.length > 1 ? new PolicyChain(policies) : policies[0];
  const following = { method: tracing.method, tree: tracing.follow };
  const loop = new StopLoop(following, recorder, policy, (signal) => tell({ kind: 'stopped', signal }));
  let started = false;
  let status: number;
  try {
    status = loop.run(gated, () => {
      started = true;
      tell({ kind: 'started', pid: gated.pid });
    });
  } catch (error) {
    if (started) throw error;
    failed(error instanceof LaunchError ? 'execve' : 'trace', error);
    return;
  }
  tell({
    kind: 'ended',
    status,
    counts: countedCalls(recorder.counts),
    signals: recorder.signalCount,
    tasks: loop.taskCount,
    lost: 0,
    sharedCpu: loop.sharedCpu,
    sent: injectors.signals?.sent ?? injectors.replay?.sent ?? [],
    rules: injectors.faults?.uses() ?? [],
    replay: injectors.replay?.use(),
  });
}

/** The calls that must stop: those that are asked for, and those that a policy wants. */
function stoppingCalls(selected: TracingPlan['selected'], policies: readonly Policy[]): 'all' | Iterable<number> {
  const sets = [selected, ...policies.map(({ armed }) => armed)];
  if (sets.includes('all')) return 'all';
  return sets.flatMap((set) => (typeof set === 'string' ? [] : [...set]));
}

function countedCalls(counts: CallCounts): CountedCall[] {
  const counted: CountedCall[] = [];
  counts.calls.forEach((calls, nr) => {
    if (calls > 0) counted.push({ nr, calls, errors: counts.errors[nr]!, seconds: counts.seconds[nr]! });
  });
  return counted;
}
