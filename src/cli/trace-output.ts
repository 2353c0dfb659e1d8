import type { RunResult } from '../model/run-result.ts';
import type { CountedCalls } from '../report/count-table.ts';
import type { TraceRequest } from '../run/request.ts';
import { syscallNumber, unknownNumbers } from '../syscalls/syscall-table.ts';
import { asksForTrace, type CommandLine } from './command-line.ts';
import type { OwnOutput } from './own-output.ts';
import type { TraceOutput } from './shown-events.ts';
import type { TraceSettings } from './trace-settings.ts';

/** Undefined where no trace is asked for. */
export async function traceOutput(
  line: CommandLine,
  isChaotic: boolean,
  output: OwnOutput,
): Promise<TraceOutput | undefined> {
  if (!asksForTrace(line, isChaotic)) return undefined;
  const { expressions, trace: settings } = line;
  const request: TraceRequest = {
    select: withUnknown(expressions.trace?.selection() ?? 'all'),
    follow: settings.follow,
    untilExec: settings.untilExec,
  };
  if (settings.summary === 'only') {
    const { countTable, needsEvents } = await import('../report/count-table.ts');
    if (!countsSome(settings) && !needsEvents(settings.counts)) {
      return { request, end: ({ trace }) => output.write(countTable(fromSummary(trace), settings.counts)) };
    }
  }
  // With the decoders of every call: not loaded where nothing is printed.
  const { shownEvents } = await import('./shown-events.ts');
  return shownEvents(line, request, output);
}

/** As strace: no set of names leaves out a call that has none. */
function withUnknown(selection: TraceRequest['select']): TraceRequest['select'] {
  return typeof selection === 'string' ? selection : [...selection, ...unknownNumbers()];
}

/** Whether not all calls that are traced are counted: which ones are, their events tell. */
function countsSome({ statuses, paths, descriptors, callLimit }: TraceSettings): boolean {
  return statuses !== undefined || paths.length > 0 || descriptors !== undefined || callLimit !== undefined;
}

/** Calls that never come back are not counted, as in strace. */
const ENDLESS = ['exit', 'exit_group'];

function fromSummary({ syscalls }: RunResult['trace']): CountedCalls[] {
  return syscalls
    .filter(({ name }) => !ENDLESS.includes(name))
    .map(({ name, calls, errors = 0, seconds = 0 }) => ({
      nr: syscallNumber(name) ?? -1,
      name,
      calls,
      errors,
      seconds,
    }))
    .sort((a, b) => a.nr - b.nr);
}
