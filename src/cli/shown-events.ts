import type { RunResult } from '../model/run-result.ts';
import type { TraceEvent } from '../model/trace-event.ts';
import { CallStatistics } from '../report/call-statistics.ts';
import { countTable } from '../report/count-table.ts';
import { CsvTrace } from '../report/csv-trace.ts';
import { HtmlTrace } from '../report/html-trace.ts';
import { JsonTrace } from '../report/json-trace.ts';
import { StraceText } from '../report/strace-text.ts';
import { TraceFilter } from '../report/trace-filter.ts';
import { shellQuote } from '../run/command/shell-quote.ts';
import type { TraceRequest } from '../run/request.ts';
import type { PrintOptions } from '../syscalls/argument-type.ts';
import type { Dumps } from '../syscalls/descriptor-set.ts';
import { syscallNumber } from '../syscalls/syscall-table.ts';
import type { CommandLine } from './command-line.ts';
import { tell, writeToStderr } from './messages.ts';
import type { OwnOutput } from './own-output.ts';
import { programName } from './program-name.ts';
import { quietMessages } from './quiet-messages.ts';
import { realPathOf } from './real-path.ts';
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
  /** A call that is not to be shown, but says what its task is called. */
  named?(event: TraceEvent): void;
  /** Nothing more is there for now. */
  idle(): void;
  end(result: RunResult): void;
}

/** Calls that change the name of a task. */
const NAMING_CALLS = ['execve', 'execveat', 'prctl'].map((name) => syscallNumber(name)!);

function unasked(asked: readonly number[]): readonly number[] {
  return NAMING_CALLS.filter((nr) => !asked.includes(nr));
}

/** A trace whose calls are seen one by one: printed, or counted, or both. */
export function shownEvents(line: CommandLine, request: TraceRequest, output: OwnOutput): TraceOutput {
  const { trace: settings } = line;
  const { follow, paths, summary, decodeFds } = settings;
  let left = settings.callLimit ?? Number.POSITIVE_INFINITY;
  const filter = new TraceFilter({
    statuses: settings.statuses,
    signals: settings.signals,
    paths: paths.length > 0 ? paths.flatMap((file) => withRealPath(file, settings)) : undefined,
    descriptors: settings.descriptors,
  });
  // What a task is called from now on is told by calls that need not be traced otherwise.
  const naming = settings.processNames && request.select !== 'all' ? unasked(request.select) : [];
  const statistics = summary === 'none' ? undefined : new CallStatistics();
  const writer = summary === 'only' ? undefined : traceWriter(line, output);
  return {
    request: {
      ...request,
      select: request.select === 'all' ? 'all' : [...request.select, ...naming],
      stringLimit: settings.stringLimit,
      verbose: settings.whole !== undefined && settings.whole.numbers().length > 0,
      fdPaths: decodeFds.size > 0 || paths.length > 0,
      descriptorDetails: [...decodeFds].filter((wish) => wish !== 'path'),
      processNames: settings.processNames,
      dumps: dumpsOf(settings),
      onEvent(event) {
        if ('nr' in event && naming.includes(event.nr)) {
          writer?.named?.(event);
          return;
        }
        if (left <= 0 || !(follow || isFirst(event)) || !filter.passes(event)) return;
        if (event.kind === 'syscall-exit') left -= 1;
        writer?.event(event);
        if (event.kind === 'syscall-exit' && event.abi === 'x86_64') statistics?.add(event);
      },
      onIdle() {
        writer?.idle();
        output.flush();
      },
    },
    end(result) {
      writer?.end(result);
      if (statistics) output.write(countTable(statistics.totals(), settings.counts));
    },
  };
}

/** The command's first task, or that of a process that ran already. */
function isFirst({ lineage }: TraceEvent): boolean {
  return !lineage.includes('.');
}

function traceWriter(line: CommandLine, output: OwnOutput): TraceWriter {
  const { trace: settings } = line;
  const command = line.command === undefined ? [] : [line.command, ...line.args];
  const print = printOptions(settings);
  const write = (text: string): void => output.write(text);
  switch (settings.format) {
    case 'json':
      return new JsonTrace(write, command, print);
    case 'csv':
      return new CsvTrace(write, print);
    case 'html':
      return new HtmlTrace(write, shellQuote(command), print);
    case 'text':
      return textWriter(line, print, output);
  }
}

function textWriter(line: CommandLine, print: PrintOptions, output: OwnOutput): TraceWriter {
  const { trace: settings, command } = line;
  const { follow, separately } = settings;
  const several = settings.attach.length + (command === undefined ? 0 : 1) > 1;
  const options = {
    ...print,
    column: settings.column,
    timestamps: { absolute: settings.absoluteTimes, relative: settings.relativeTimes },
    callTimes: settings.callTimes,
    numbers: settings.numbers,
    alwaysPid: settings.alwaysPid,
    painted: settings.color === 'always' || (settings.color === 'auto' && output.onTerminal && !process.env.NO_COLOR),
    instructionPointers: settings.instructionPointers,
    signals: settings.signals,
    quiet: quietMessages(line),
    program: programName(),
    ...((output.toFile || separately) && { tell: writeToStderr }),
  };
  if (separately) return new SeparateTraces(settings.outputFile!, settings.append, options);
  return new StraceText({
    ...options,
    write: (text) => output.write(text),
    followed: follow || several,
    toFile: output.toFile,
  });
}

function printOptions(settings: TraceSettings): PrintOptions {
  const { stringLimit, strings, constants, argumentNames, processNames, decodeFds, raw, whole, dereferenced } =
    settings;
  return {
    stringLimit,
    strings,
    constants,
    argumentNames,
    processNames,
    fdPaths: decodeFds.has('path'),
    dumps: dumpsOf(settings),
    ...(raw && { raw }),
    ...(whole && { whole }),
    ...(dereferenced && { dereferenced }),
  };
}

function dumpsOf({ dumps }: TraceSettings): Dumps | undefined {
  return dumps.read || dumps.write ? dumps : undefined;
}

/** A path is also known by the one that it leads to. */
function withRealPath(file: string, { quiet }: TraceSettings): string[] {
  const real = realPathOf(file);
  if (real !== file && !quiet.has('path-resolution')) {
    tell(`Requested path ${JSON.stringify(file)} resolved into ${JSON.stringify(real)}`);
  }
  return [file, real];
}
