import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { RunResult } from '../model/run-result.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import { CallStatistics } from '../report/call-statistics.ts';
import { type CountedCalls, countTable, needsEvents } from '../report/count-table.ts';
import { StraceText, type StraceTextOptions } from '../report/strace-text.ts';
import { TraceFilter } from '../report/trace-filter.ts';
import type { TraceRequest } from '../run/run.ts';
import { syscallNumber } from '../syscalls/syscall-table.ts';
import type { CommandLine } from './command-line.ts';
import type { OwnOutput } from './own-output.ts';
import { SeparateTraces } from './separate-traces.ts';
import type { TraceSettings } from './trace-settings.ts';

/** How the trace of a run is asked for and shown. */
export interface TraceOutput {
  readonly request: TraceRequest;
  /** The run is over: what is left to print. */
  end(result: RunResult): void;
}

/** Shows events in some format. */
interface TraceWriter {
  event(event: TraceEvent): void;
  /** Nothing more is there for now. */
  idle(): void;
  end(): void;
}

/** Undefined where no trace is asked for: under chaos it must be, without chaos it is what Renacer does. */
export function traceOutput(line: CommandLine, isChaotic: boolean, output: OwnOutput): TraceOutput | undefined {
  const { trace: settings, expressions } = line;
  if (isChaotic && !expressions.trace && settings.summary === 'none' && settings.format === 'text') return undefined;
  const request: TraceRequest = {
    select: expressions.trace?.numbers() ?? 'all',
    follow: settings.follow,
    engine: line.engine,
  };
  const isFiltered = settings.statuses !== undefined || settings.paths.length > 0;
  if (settings.summary === 'only' && !isFiltered && !needsEvents(settings.counts)) {
    return { request, end: ({ trace }) => output.write(countTable(fromSummary(trace), settings.counts)) };
  }
  return fromEvents(settings, request, output);
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

function fromEvents(settings: TraceSettings, request: TraceRequest, output: OwnOutput): TraceOutput {
  const { follow, stringLimit, verbose, paths, counts, summary } = settings;
  const filter = new TraceFilter({
    statuses: settings.statuses,
    signals: settings.signals,
    paths: paths.length > 0 ? paths.flatMap(withRealPath) : undefined,
  });
  const statistics = summary === 'none' ? undefined : new CallStatistics();
  const writer = summary === 'only' ? undefined : traceWriter(settings, output);
  return {
    request: {
      ...request,
      stringLimit,
      verbose,
      fdPaths: settings.fdPaths || paths.length > 0,
      onEvent(event) {
        if (!(follow || event.lineage === '0') || !filter.passes(event)) return;
        writer?.event(event);
        if (event.kind === 'syscall-exit' && event.abi === 'x86_64') statistics?.add(event);
      },
      onIdle() {
        writer?.idle();
        output.flush();
      },
    },
    end() {
      writer?.end();
      if (statistics) output.write(countTable(statistics.totals(), counts));
    },
  };
}

function traceWriter(settings: TraceSettings, output: OwnOutput): TraceWriter {
  const options: Omit<StraceTextOptions, 'write' | 'followed' | 'toFile'> = {
    ...printOptions(settings),
    column: settings.column,
    timestamps: { absolute: settings.absoluteTimes, relative: settings.relativeTimes },
    callTimes: settings.callTimes,
    numbers: settings.numbers,
    signals: settings.signals,
    quiet: output.toFile || settings.separately ? new Set([...settings.quiet, 'attach']) : settings.quiet,
  };
  if (settings.separately) return new SeparateTraces(settings.outputFile!, settings.append, options);
  const { follow } = settings;
  return new StraceText({ ...options, write: (lines) => output.write(lines), followed: follow, toFile: output.toFile });
}

function printOptions({ stringLimit, verbose, strings, raw, fdPaths }: TraceSettings) {
  return { stringLimit, verbose, strings, fdPaths, ...(raw && { raw }) };
}

/** A path is also known by the one that it leads to. */
function withRealPath(file: string): string[] {
  try {
    return [file, realpathSync(file)];
  } catch {
    return [file, path.resolve(file)];
  }
}
