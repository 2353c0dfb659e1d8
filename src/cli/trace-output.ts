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
export async function traceOutput(
  line: CommandLine,
  isChaotic: boolean,
  output: OwnOutput,
): Promise<TraceOutput | undefined> {
  if (isChaotic && !line.expressions.trace && !line.count) return undefined;
  const select = line.expressions.trace?.numbers() ?? 'all';
  return line.count ? counts(line, select, output) : events(line, select, output);
}

async function counts(line: CommandLine, select: TraceRequest['select'], output: OwnOutput): Promise<TraceOutput> {
  const { countTable } = await import('../report/count-table.ts');
  return {
    request: { select, follow: line.follow },
    end: ({ trace }) => output.write(countTable(trace.syscalls)),
  };
}

async function events(line: CommandLine, select: TraceRequest['select'], output: OwnOutput): Promise<TraceOutput> {
  // With the decoders of every call: not loaded where nothing is printed.
  const { StraceText } = await import('../report/strace-text.ts');
  const text = new StraceText({
    write: (lines) => output.write(lines),
    stringLimit: line.stringLimit,
    followed: line.follow,
    toFile: output.toFile,
  });
  return {
    request: {
      select,
      follow: line.follow,
      stringLimit: line.stringLimit,
      onEvent(event) {
        if (line.follow || event.lineage === '0') text.event(event);
      },
      onIdle() {
        text.idle();
        output.flush();
      },
    },
    end: () => text.end(),
  };
}
