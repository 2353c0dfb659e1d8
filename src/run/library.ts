import type { ChaosConfig } from '../chaos/config.ts';
import type { RunResult } from '../model/run-result.ts';
import { EventStream } from './event-stream.ts';
import { runCommand, type TraceRequest } from './run.ts';
import { type RunEvent, toRunEvent } from './run-event.ts';
import type { StdioOption } from './stdio.ts';

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
  const { trace, onEvent: _, stdio, ...rest } = options;
  const result = (async () => {
    // The caller may ask for events before anything happens.
    await Promise.resolve();
    const finished = await runCommand(command, args, {
      ...rest,
      stdio: stdio ?? [rest.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      trace: trace ? traceRequest(emit) : undefined,
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

function traceRequest(emit: (event: RunEvent) => void): TraceRequest {
  return {
    select: 'all',
    onEvent(event) {
      const copy = toRunEvent(event);
      if (copy) emit(copy);
    },
  };
}
