import type { RunResult } from '../model/run-result.ts';
import type { TraceRequest } from '../run/run.ts';
import type { CommandLine } from './command-line.ts';
import type { OwnOutput } from './own-output.ts';

/** How the trace of a run is asked for and shown. */
export interface TraceOutput {
  readonly request: TraceRequest;
  /** The run is over: what is left to print. */
  end(result: RunResult): void;
}

/** Undefined where no trace is asked for: under chaos it must be, without chaos it is what Renacer does. */
export function traceOutput(line: CommandLine, isChaotic: boolean, output: OwnOutput): TraceOutput | undefined {
  if (isChaotic && !line.expressions.trace && !line.count) return undefined;
  void output;
  return { request: { select: line.expressions.trace?.numbers() ?? 'all' }, end() {} };
}
