import type { Worker } from 'node:worker_threads';
import { LaunchGate } from '../../linux/launch-gate.ts';
import { sendSignal } from '../../linux/signals.ts';
import { RenacerError } from '../../model/errors.ts';
import type { TraceEvent } from '../../model/trace-event.ts';
import { DetachRequest, wakeLoop } from '../../tracer/detach-request.ts';
import { HeldTasks } from '../../tracer/held-tasks.ts';
import { CONTROL, CONTROL_BYTES } from '../../tracer/record.ts';
import { atExit } from './at-exit.ts';
import type { EngineListener } from './engine-listener.ts';
import type { EngineMessage, LastWord } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';
import { ENGINE_THREAD } from './engine-worker.ts';
import { type EventSource, eventSource } from './event-source.ts';

const SIGKILL = 9;

/** Events handed over before the event loop gets its turn. */
const EVENTS_A_TURN = 20_000;
/**
 * How long an event may lie in the ring before it is shown, in milliseconds: while events come, and when none has come for long. Each
 * look takes a CPU from who is traced.
 */
const LATENCY_MS = 20;
const MAX_LATENCY_MS = 40;

/**
 * Starts the engine's thread, and hands over its events until the run has ended. Attached processes are let go when `leave` is
 * aborted.
 */
export async function runInThread(
  plan: Omit<EnginePlan, 'ring'>,
  listener: EngineListener,
  leave: AbortSignal | undefined,
): Promise<LastWord> {
  const control = new SharedArrayBuffer(CONTROL_BYTES);
  const words = new Int32Array(control);
  const held = new HeldTasks(words);
  let source: EventSource;
  try {
    source = eventSource(plan.tracing, words);
  } catch (error) {
    if (plan.tracing?.kernel && error instanceof Error) return { kind: 'no-kernel-trace', reason: error.message };
    throw error;
  }
  // This is done before the tree is killed: what would start after that must not.
  const exitIsFine = atExit(() => abandonRun(words, plan.gate));
  const worker = ENGINE_THREAD.take();
  const emulation = plan.tracing?.emulation;
  worker.postMessage(
    { ...plan, ring: { ...source.ring, control } } satisfies EnginePlan,
    [emulation?.port, plan.tracing?.phases?.port].filter((port) => port !== undefined),
  );
  let pump: Pump | undefined;
  const pumps = (): void => {
    if (plan.tracing?.events) pump ??= startPump(source, listener);
  };
  const started: Conversation['started'] = (pid, tracer) => {
    listener.started(pid, tracer, { held, wake: plan.tracing?.phases && (() => wakeLoop(words)) });
    // What a listener is told first is that the command has started, though events may be there already.
    pumps();
  };
  const attached: EngineListener['attached'] = (those, refused) => {
    listener.attached(those, refused);
    if (!plan.launch) pumps();
  };
  const onLeave = (): void => new DetachRequest(words).make();
  if (leave?.aborted) onLeave();
  else leave?.addEventListener('abort', onLeave, { once: true });
  let mayGoOn = false;
  try {
    const last = await conversation(worker, { ...listener, started, attached });
    pump?.finish();
    // Of what has failed something may be left in the thread; and an emulated network keeps its port.
    mayGoOn = last.kind === 'ended' && !emulation;
    return last;
  } finally {
    leave?.removeEventListener('abort', onLeave);
    pump?.stop();
    exitIsFine();
    if (mayGoOn) await ENGINE_THREAD.giveBack(worker);
    else await worker.terminate();
    source.free();
  }
}

/** What the thread tells is told on so. */
interface Conversation extends Omit<EngineListener, 'started'> {
  started(pid: number, tracer: number | undefined): void;
}

function conversation(worker: Worker, listener: Conversation): Promise<LastWord> {
  let stopListening = (): void => {};
  const last = new Promise<LastWord>((resolve, reject) => {
    const onMessage = (message: EngineMessage): void => {
      if (message.kind === 'started') listener.started(message.pid, message.tracer);
      else if (message.kind === 'attached') listener.attached(message.attached, message.refused);
      else if (message.kind === 'fault') listener.fault(message.fault);
      else if (message.kind === 'signal') listener.signal(message.sent);
      else if (message.kind === 'of-phases') listener.phase(message.message);
      else if (message.kind === 'stopped') listener.stopped(message.signal);
      else if (message.kind !== 'loaded') resolve(message);
    };
    const onError = (cause: unknown): void => reject(broken(cause));
    const onExit = (): void => reject(broken(undefined));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    stopListening = () => worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  });
  // The thread has other conversations after this one.
  return last.finally(() => stopListening());
}

/**
 * This process is about to exit. It waits for its threads then, and the engine's waits for the command: so that must end,
 * or never begin. What it is attached to is let go.
 */
function abandonRun(control: Int32Array, gate: SharedArrayBuffer | undefined): void {
  new DetachRequest(control).make();
  Atomics.store(control, CONTROL.abandoned, 1);
  if (gate) new LaunchGate(gate).refuse();
  const pid = Atomics.load(control, CONTROL.pid);
  if (pid > 0) sendSignal(pid, SIGKILL);
}

function broken(cause: unknown): RenacerError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  const isFull = /\b(EAGAIN|ENOMEM|EMFILE|ENFILE|ENOSPC)\b/.test(reason);
  return new RenacerError('ENGINE_FAILED', `the engine stopped unexpectedly${reason}`, {
    hint: isFull
      ? 'The machine, or a limit (ulimit -a), allows no further task, file or page.'
      : 'This is a bug in Renacer: please report it with the command and the seed.',
    cause,
  });
}

interface Pump {
  /** Hands over all that is left. */
  finish(): void;
  stop(): void;
}

/** Reads the ring by the clock: often while events come, so that nobody has to wake this thread for each of them. */
function startPump(source: EventSource, listener: EngineListener): Pump {
  const receive = (event: TraceEvent): void => listener.event(event);
  let timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  let pauseMs = LATENCY_MS;
  const turn = (): void => {
    const count = source.drain(receive, EVENTS_A_TURN);
    if (count === EVENTS_A_TURN) {
      timer = setImmediate(turn);
      return;
    }
    if (count > 0) listener.idle();
    pauseMs = count > 0 ? LATENCY_MS : Math.min(2 * pauseMs, MAX_LATENCY_MS);
    timer = setTimeout(turn, pauseMs);
  };
  const stop = (): void => {
    clearTimeout(timer as NodeJS.Timeout);
    clearImmediate(timer as NodeJS.Immediate);
  };
  turn();
  return {
    finish() {
      stop();
      source.drain(receive);
    },
    stop,
  };
}
