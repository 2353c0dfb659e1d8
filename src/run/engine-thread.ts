import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { SignalInjection } from '../chaos/basic/signal-injection.ts';
import { CAP, hasCapability } from '../linux/capabilities.ts';
import { GatedProcess, LaunchError } from '../linux/launch.ts';
import { SystemCallError } from '../linux/libc.ts';
import { NativeMemory } from '../linux/memory.ts';
import { traceFilter } from '../linux/seccomp-filter.ts';
import { muteChildStops, sendSignal } from '../linux/signals.ts';
import { reap, Waiter } from '../linux/wait.ts';
import { type CallCounts, Recorder } from '../tracer/recorder.ts';
import { RingWriter } from '../tracer/ring-writer.ts';
import { StopLoop } from '../tracer/stop-loop.ts';
import type { EngineMessage } from './engine-messages.ts';
import type { CountedCall, EnginePlan, TracingPlan } from './engine-plan.ts';

/**
 * The thread that launches the command and waits for it: with a stop loop if the run is traced, else in one wait. It
 * blocks in system calls, so it shares nothing with the event loop of the thread that started it.
 */

const SIGKILL = 9;
const LAST_NUMBER = 511;

const tell = (message: EngineMessage): void => parentPort?.postMessage(message);

function main(plan: EnginePlan): void {
  const { tracing } = plan;
  const gated = launch(plan);
  if (!gated) return;
  if (tracing) trace(plan, tracing, gated);
  else waitFor(gated);
}

function launch(plan: EnginePlan): GatedProcess | undefined {
  const { tracing } = plan;
  const filter = tracing?.method === 'seccomp' ? traceFilter(stoppingCalls(tracing)) : undefined;
  let gated: GatedProcess;
  try {
    gated = GatedProcess.prepare({
      ...plan.launch,
      filter,
      noNewPrivileges: filter !== undefined && !hasCapability(CAP.SYS_ADMIN),
    });
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

function waitFor(gated: GatedProcess): void {
  gated.open();
  try {
    gated.awaitExec();
  } catch (error) {
    failed('execve', error);
    return;
  }
  tell({ kind: 'started', pid: gated.pid });
  const waiter = new Waiter();
  waiter.task(gated.pid);
  tell({
    kind: 'ended',
    status: waiter.status,
    counts: [],
    signals: 0,
    tasks: 0,
    sharedCpu: false,
    sent: [],
  });
}

function trace(plan: EnginePlan, tracing: TracingPlan, gated: GatedProcess): void {
  muteChildStops();
  const writer = new RingWriter(NativeMemory.at(plan.ring.address, plan.ring.size), new Int32Array(plan.ring.control));
  const recorder = new Recorder(
    {
      selected: typeof tracing.selected === 'string' ? tracing.selected : new Set(tracing.selected),
      events: tracing.events,
      timed: tracing.timed,
      captures: () => [],
      stringLimit: tracing.stringLimit,
    },
    writer,
  );
  const policy = tracing.signals && new SignalInjection(tracing.signals);
  const loop = new StopLoop(tracing.method, recorder, policy);
  let status: number;
  try {
    status = loop.run(gated, () => tell({ kind: 'started', pid: gated.pid }));
  } catch (error) {
    failed(error instanceof LaunchError ? 'execve' : 'trace', error);
    return;
  }
  tell({
    kind: 'ended',
    status,
    counts: countedCalls(recorder.counts),
    signals: recorder.signalCount,
    tasks: loop.taskCount,
    sharedCpu: loop.sharedCpu,
    sent: policy?.sent ?? [],
  });
}

/** The calls that must stop: those that are asked for, or all that the policy wants. */
function stoppingCalls({ selected, signals }: TracingPlan): Iterable<number> {
  if (selected === 'all' || signals) return Array.from({ length: LAST_NUMBER + 1 }, (_, nr) => nr);
  return selected === 'none' ? [] : selected;
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
