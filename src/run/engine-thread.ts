import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { SignalInjection } from '../chaos/basic/signal-injection.ts';
import { FaultPolicy, type FiredFault } from '../faults/fault-policy.ts';
import { ReplayPolicy } from '../faults/replay-policy.ts';
import type { SentSignal } from '../faults/sent-signals.ts';
import { CAP, hasCapability } from '../linux/capabilities.ts';
import { GatedProcess, LaunchError } from '../linux/launch.ts';
import { SystemCallError } from '../linux/libc.ts';
import { NativeMemory } from '../linux/memory.ts';
import { traceFilter } from '../linux/seccomp-filter.ts';
import { muteChildStops, sendSignal } from '../linux/signals.ts';
import { reap, Waiter } from '../linux/wait.ts';
import { isStopped, stopSignalOf } from '../linux/wait-status.ts';
import type { KernelTracer } from '../tracer/ebpf/kernel-tracer.ts';
import type { Policy } from '../tracer/policy.ts';
import { PolicyChain } from '../tracer/policy-chain.ts';
import { CONTROL } from '../tracer/record.ts';
import { type CallCounts, Recorder, type RecordingPlan } from '../tracer/recorder.ts';
import { RingWriter } from '../tracer/ring-writer.ts';
import { StopLoop } from '../tracer/stop-loop.ts';
import type { EngineMessage } from './engine-messages.ts';
import type { CountedCall, EnginePlan, TracingPlan } from './engine-plan.ts';
import { awaitEmpty, openKernelTracer } from './kernel-trace.ts';

/**
 * The thread that launches the command and waits for it: with a stop loop if the run is traced, else in one wait. It
 * blocks in system calls, so it shares nothing with the event loop of the thread that started it.
 */

const SIGKILL = 9;

const tell = (message: EngineMessage): void => parentPort?.postMessage(message);

async function main(plan: EnginePlan): Promise<void> {
  const { tracing } = plan;
  const injectors = makeInjectors(tracing);
  const policies = policiesOf(injectors);
  const filter =
    tracing?.method === 'seccomp' && !tracing.kernel
      ? traceFilter(stoppingCalls(tracing.selected, policies))
      : undefined;
  // What to capture is known by the decoders: a run that shows no events does without them.
  const captures = tracing?.events ? (await import('../syscalls/signatures.ts')).capturesWith(tracing) : () => [];
  // It must see the command from its first call on.
  const kernelTracer = tracing?.kernel && openKernelTracer(plan, tracing.kernel, tracing, captures);
  if (typeof kernelTracer === 'string') {
    tell({ kind: 'no-kernel-trace', reason: kernelTracer });
    return;
  }
  const gated = launch(plan, filter);
  if (!gated) return;
  const control = new Int32Array(plan.ring.control);
  Atomics.store(control, CONTROL.pid, gated.pid);
  if (Atomics.load(control, CONTROL.abandoned)) {
    sendSignal(gated.pid, SIGKILL);
    return;
  }
  if (tracing && !kernelTracer) trace(plan, tracing, gated, captures, injectors);
  else waitFor(gated, kernelTracer, tracing?.kernel?.group);
}

/** What injects into the run; each is undefined unless the plan asks for it. */
interface Injectors {
  readonly faults: FaultPolicy | undefined;
  readonly signals: SignalInjection | undefined;
  readonly replay: ReplayPolicy | undefined;
}

function makeInjectors(tracing: TracingPlan | undefined): Injectors {
  const onFault = (fault: FiredFault): void => tell({ kind: 'fault', fault });
  const onSent = (sent: SentSignal): void => tell({ kind: 'signal', sent });
  return {
    faults: tracing?.faults && new FaultPolicy(tracing.faults, onFault),
    signals: tracing?.signals && new SignalInjection(tracing.signals, onSent),
    replay: tracing?.replay && new ReplayPolicy(tracing.replay, onFault, onSent),
  };
}

function policiesOf({ faults, signals, replay }: Injectors): Policy[] {
  return [faults, signals, replay].filter((policy) => policy !== undefined);
}

function launch(plan: EnginePlan, filter: Uint8Array | undefined): GatedProcess | undefined {
  let gated: GatedProcess;
  try {
    const noNewPrivileges = filter !== undefined && !hasCapability(CAP.SYS_ADMIN);
    gated = GatedProcess.prepare({ ...plan.launch, filter, noNewPrivileges });
  } catch (error) {
    failed('set-up', error);
    return undefined;
  }
  try {
    for (const file of plan.joinFiles) writeFileSync(file, String(gated.pid));
  } catch (error) {
    sendSignal(gated.pid, SIGKILL);
    reap(gated.pid);
    failed('join', error);
    return undefined;
  }
  return gated;
}

/** Of a command that nobody stops: it may be traced from within the kernel, to the end of the last process in the group. */
function waitFor(gated: GatedProcess, tracer: KernelTracer | undefined, group: string | undefined): void {
  gated.open();
  try {
    gated.awaitExec();
  } catch (error) {
    failed('execve', error);
    return;
  }
  tell({ kind: 'started', pid: gated.pid });
  const waiter = new Waiter();
  while (waiter.taskOrStop(gated.pid) !== 0 && isStopped(waiter.status)) {
    tell({ kind: 'stopped', signal: stopSignalOf(waiter.status) });
  }
  if (tracer && group !== undefined) awaitEmpty(group);
  tell({
    kind: 'ended',
    status: waiter.status,
    counts: tracer?.counts() ?? [],
    signals: tracer?.signals ?? 0,
    tasks: tracer?.tasks ?? 0,
    lost: tracer?.lost ?? 0,
    sharedCpu: false,
    sent: [],
    rules: [],
    replay: undefined,
  });
  tracer?.close();
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

function failed(step: 'join' | 'set-up' | 'execve' | 'trace', error: unknown): void {
  if (error instanceof LaunchError || error instanceof SystemCallError) {
    tell({ kind: 'launch-failed', step, code: error.code });
    return;
  }
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  tell({ kind: 'launch-failed', step, code });
}

parentPort?.once('message', main);
tell({ kind: 'loaded' });
