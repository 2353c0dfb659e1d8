import type { RunResult } from '../model/run-result.ts';
import { countTable } from '../report/count-table.ts';
import { StraceText } from '../report/strace-text.ts';
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
  const select = line.expressions.trace?.numbers() ?? 'all';
  return line.count ? counts(line, select, output) : events(line, select, output);
}

function counts(line: CommandLine, select: TraceRequest['select'], output: OwnOutput): TraceOutput {
  return {
    request: { select, follow: line.follow, engine: line.engine },
    end: ({ trace }) => output.write(countTable(trace.syscalls)),
  };
}

function events(line: CommandLine, select: TraceRequest['select'], output: OwnOutput): TraceOutput {
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
      engine: line.engine,
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
