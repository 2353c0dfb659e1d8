import type { ChaosConfig } from '../../chaos/config.ts';
import type { RunResult } from '../../model/run-result.ts';
import { attachTo } from '../attach.ts';
import type { StdioOption } from '../command/stdio.ts';
import type { RunControl } from '../control/run-control.ts';
import type { EngineChoice } from '../engine/engine-plan.ts';
import { readRecording } from '../recording/recording-file.ts';
import type { RunRequest, TraceRequest } from '../request.ts';
import { runCommand } from '../run.ts';
import { EventStream } from './event-stream.ts';
import type { RunEvent } from './run-event.ts';

/** As strace has it. */
const MAX_FRAMES = 256;

export interface RunOptions {
  /** What is to happen to the command; nothing by default. */
  readonly chaos?: ChaosConfig;
  /** Directory to start in; ours by default. */
  readonly cwd?: string;
  /** The whole environment of the command; ours by default. */
  readonly env?: NodeJS.ProcessEnv;
  /**
   * Where stdin, stdout and stderr go: by default stdin is empty, and what the command writes is in the result's `stdout`
   * and `stderr`.
   */
  readonly stdio?: StdioOption;
  /** What the command reads from its stdin. */
  readonly input?: string | Uint8Array;
  /** Ends the run when it is aborted: SIGTERM to the whole tree, SIGKILL after the grace period. The result is `stopped`. */
  readonly signal?: AbortSignal;
  /** A shell command to run after a command that exited with 0. If it fails, the outcome is `corrupted`. */
  readonly verify?: string;
  /** The same after any end: a failure, a crash, a kill, a timeout. What checks write is in the result's `checks`. */
  readonly verifyAlways?: string;
  /** Trace the system calls: they come as events, and are counted in the result. */
  readonly trace?: boolean;
  /** Find out where in the program each call was made that is traced, or that a fault was injected into; `source`: to the line. */
  readonly stackTraces?: 'symbol' | 'source';
  /** Who traces: `ptrace`, `ebpf` (which can only watch, and needs privileges), or by default `auto`. See docs/tracing.md. */
  readonly engine?: EngineChoice;
  /** A file to write each fault to as it is injected, for {@link replay}. */
  readonly record?: string;
  /** A unix socket to be made at this path, by which other processes tell the run what to do: see docs/scenarios.md. */
  readonly control?: string;
  /** The name of the user that the command runs as; only root may say so. */
  readonly user?: string;
  /** Called for each event, in order. What it throws rejects the run, once the command has ended. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** Processes that are watched: a promise of the result, and a stream of events for `for await`. */
export interface Watching extends Promise<RunResult>, AsyncIterable<RunEvent> {}

/** A run under way: a promise of its result, and a stream of its events for `for await`. */
export interface Run extends Watching {
  /** A phase of its configuration, by its name, to begin and end it by hand. */
  phase(name: string): PhaseHandle;
}

/** Begins and ends a phase of a run, once its command has been started. */
export interface PhaseHandle {
  /** Resolves when the phase is on. Rejects with UNKNOWN_PHASE, with PHASE_STATE if it is on already or the run is over, or with what the run rejects with. */
  begin(): Promise<void>;
  /** Resolves when it is over; rejects likewise. */
  end(): Promise<void>;
}

/**
 * Runs a command under chaos. Resolves to how it went, whatever that was; rejects with a RenacerError for what Renacer
 * itself can't do (no such command: COMMAND_NOT_FOUND; a limit that can't be had here: MEMORY_LIMIT_UNAVAILABLE; ... see
 * docs/errors.md).
 *
 * @example
 * const chaos = ChaosConfig.new().withMemoryLimit('100M').withTimeout('30s').build();
 * const result = await run('node', ['app.js'], { chaos });
 * if (result.outcome !== 'survived') console.log(result.error?.message, result.again);
 */
export function run(command: string, args: readonly string[] = [], options: RunOptions = {}): Run {
  return startRun(options, (more) => launch(command, args, options, { replay: undefined, ...more }));
}

/**
 * Injects the faults of a file again, each at its coordinate (task, system call, ordinal), and no others. The file is one
 * that `record` or `--record` wrote, or a JSON report; without a command its own is run. `result.replay` says which came
 * again. Rejects as {@link run} does, and with RECORDING_UNREADABLE, BAD_RECORDING or REPLAY_WITH_FAULTS.
 *
 * @example
 * await run('make', ['test'], { chaos, record: 'faults.jsonl' });
 * const { replay: use, outcome } = await replay('faults.jsonl');
 */
export function replay(file: string, command?: string, args: readonly string[] = [], options: RunOptions = {}): Run {
  return startRun(options, async (more) => {
    const recording = readRecording(file);
    const [recorded = '', ...recordedArgs] = recording.command;
    if (command !== undefined) return launch(command, args, options, { replay: recording, ...more });
    return launch(recorded, recordedArgs, options, { replay: recording, ...more });
  });
}

/** What of {@link RunOptions} there is for processes that run already. */
export interface AttachOptions extends Pick<RunOptions, 'chaos' | 'trace' | 'stackTraces' | 'record' | 'onEvent'> {
  /** Lets the processes go when it is aborted: they run on. */
  readonly signal?: AbortSignal;
  /** They end with this process; by default they are left running. */
  readonly killOnExit?: boolean;
}

/**
 * Traces processes that run already, all of their threads and the children that they make from now on. Resolves when all
 * of them have ended, or when `signal` has let them go: then the outcome is `detached`. What the result says of the end is
 * that of the first. A child of this process is refused, since Node.js waits for it. Of chaos there is what happens at system calls. Rejects with ATTACH_REFUSED, ATTACH_CHAOS.
 *
 * @example
 * const stop = new AbortController();
 * const watching = attach([server.pid], { trace: true, signal: stop.signal });
 * setTimeout(() => stop.abort(), 1000);
 * console.log((await watching).trace.syscalls);
 */
export function attach(pids: readonly number[], options: AttachOptions = {}): Watching {
  const { signal, killOnExit, chaos, record, stackTraces } = options;
  return start(options, async (trace, emit) =>
    attachTo({
      chaos,
      record,
      trace,
      callSites: callSitesOf(stackTraces),
      attach: {
        pids,
        killOnExit,
        leave: signal,
        onAttached: (attached) => emit({ type: 'attach', processes: attached }),
      },
    }),
  );
}

type More = Pick<RunRequest, 'trace' | 'onControl'> & { readonly emit: (event: RunEvent) => void };

/** Begins a run that can be told what to do. */
function startRun(options: RunOptions, what: (more: More) => Promise<RunResult>): Run {
  let onControl: (control: RunControl) => void = () => {};
  const told = new Promise<RunControl>((resolve) => {
    onControl = resolve;
  });
  const watching = start(options, (trace, emit) => what({ trace, emit, onControl }));
  // A run that ends before its command has been started: what is asked of it ends as it does.
  const control = Promise.race([told, watching.then(() => told)]);
  control.catch(() => {});
  return Object.assign(watching, {
    phase: (name: string): PhaseHandle => ({
      begin: async () => (await control).begin(name),
      end: async () => (await control).end(name),
    }),
  });
}

/** Begins something whose events come one by one. */
function start(
  options: Pick<RunOptions, 'trace' | 'onEvent'>,
  what: (trace: TraceRequest | undefined, emit: (event: RunEvent) => void) => Promise<RunResult>,
): Watching {
  const stream = new EventStream<RunEvent>();
  let thrown: { readonly error: unknown } | undefined;
  const emit = (event: RunEvent): void => {
    stream.push(event);
    try {
      options.onEvent?.(event);
    } catch (error) {
      // A listener that throws must not leave the command running unattended.
      thrown ??= { error };
    }
  };
  const result = (async () => {
    // The caller may ask for events before anything happens.
    await Promise.resolve();
    const finished = await what(options.trace ? await traceRequest(emit) : undefined, emit);
    for (const fault of finished.faults) emit({ type: 'fault', fault });
    if (thrown) throw thrown.error;
    return finished;
  })();
  result.then(
    () => stream.end(),
    () => stream.end(),
  );
  return Object.assign(result, { [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() });
}

/** A command under a configuration, with the library's defaults. */
function launch(
  command: string,
  args: readonly string[],
  { trace: _, stackTraces, onEvent: __, stdio, ...rest }: RunOptions,
  more: More & Pick<RunRequest, 'replay'>,
): Promise<RunResult> {
  return runCommand(command, args, {
    ...rest,
    replay: more.replay,
    trace: more.trace,
    onControl: more.onControl,
    callSites: callSitesOf(stackTraces),
    stdio: stdio ?? [rest.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    onStart: (begun) => more.emit({ type: 'start', ...begun }),
  });
}

function callSitesOf(stackTraces: RunOptions['stackTraces']): RunRequest['callSites'] {
  return stackTraces && { frames: MAX_FRAMES, sources: stackTraces === 'source' };
}

async function traceRequest(emit: (event: RunEvent) => void): Promise<TraceRequest> {
  // With the decoders of every call.
  const { toRunEvent } = await import('./run-event.ts');
  return {
    select: 'all',
    onEvent(event) {
      const copy = toRunEvent(event);
      if (copy) emit(copy);
    },
  };
}
