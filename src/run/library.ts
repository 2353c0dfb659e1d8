import type { ChaosConfig } from '../chaos/config.ts';
import type { Recording } from '../faults/replay-file.ts';
import type { RunResult } from '../model/run-result.ts';
import type { EngineChoice } from './engine-plan.ts';
import { EventStream } from './event-stream.ts';
import { readRecording } from './recording-file.ts';
import { runCommand, type TraceRequest } from './run.ts';
import type { RunEvent } from './run-event.ts';
import type { StdioOption } from './stdio.ts';

/** As strace has it. */
const MOST_FRAMES = 256;

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
  /** Trace the system calls: they come as events, and are counted in the result. */
  readonly trace?: boolean;
  /** With `trace`: find out where in the program each call was made, with `source` to the line. It costs a stop each. */
  readonly stackTraces?: 'symbol' | 'source';
  /** Who traces: `ptrace`, `ebpf` (which can only watch, and needs privileges), or by default `auto`. See docs/tracing.md. */
  readonly engine?: EngineChoice;
  /** A file to write each fault to as it is injected, for {@link replay}. */
  readonly record?: string;
  /** Called for each event, in order. What it throws rejects the run, once the command has ended. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** A run under way: a promise of its result, and a stream of its events for `for await`. */
export interface Run extends Promise<RunResult>, AsyncIterable<RunEvent> {}

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
  return start(() => ({ command, args }), options);
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
  return start(() => {
    const recording = readRecording(file);
    const [recorded, ...recordedArgs] = recording.command;
    if (command !== undefined) return { command, args, replay: recording };
    return { command: recorded ?? '', args: recordedArgs, replay: recording };
  }, options);
}

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly replay?: Recording;
}

function start(what: () => Start, options: RunOptions): Run {
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
  const { trace, stackTraces, onEvent: _, stdio, ...rest } = options;
  const result = (async () => {
    // The caller may ask for events before anything happens.
    await Promise.resolve();
    const { command, args, replay: recording } = what();
    const finished = await runCommand(command, args, {
      ...rest,
      replay: recording,
      stdio: stdio ?? [rest.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      trace: trace ? await traceRequest(emit, stackTraces) : undefined,
      onStart: (start) => emit({ type: 'start', ...start }),
    });
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

async function traceRequest(
  emit: (event: RunEvent) => void,
  stackTraces: RunOptions['stackTraces'],
): Promise<TraceRequest> {
  // With the decoders of every call.
  const { toRunEvent } = await import('./run-event.ts');
  return {
    select: 'all',
    places: stackTraces && { frames: MOST_FRAMES, sources: stackTraces === 'source' },
    onEvent(event) {
      const copy = toRunEvent(event);
      if (copy) emit(copy);
    },
  };
}
