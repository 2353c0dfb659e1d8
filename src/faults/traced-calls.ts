/** A call that came back in a trace of a real run. */
export interface TracedCall {
  readonly name: string;
  /** Undefined if it succeeded. */
  readonly errno: string | undefined;
  /** 0 where the trace does not say it. */
  readonly durationMs: number;
}

/** A task and a time may come before, and an address; the second half of a call is told as `<... NAME resumed>`. */
const START = /^\s*(?:\[pid\s+\d+\]\s+)?(?:[\d:.]+\s+)*(?:\[[0-9a-f]+\]\s+)?(?:<\.\.\. (\w+) resumed>|(\w+)\()/;
/** The last result on the line: strings before it may look like one. */
const END = /^.*\)\s+= (?:-1 (E\w+)|-?\d+|0x[0-9a-f]+)\b(?:.*<(\d+\.\d+)>)?/;

/** The calls of a trace that Renacer wrote (`--format json`), or of strace's text. Those that a tool injected into are left out. */
export function callsOfTrace(text: string): TracedCall[] {
  const read = text.startsWith('{') ? ofRecord : ofText;
  return text.split('\n').flatMap((line) => read(line) ?? []);
}

interface RecordedCall {
  readonly type?: unknown;
  readonly abi?: unknown;
  readonly name?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
  readonly duration?: unknown;
  readonly injected?: unknown;
  readonly delayed?: unknown;
}

function ofRecord(line: string): TracedCall | undefined {
  const { type, abi, name, result, error, duration, injected, delayed } = parsed(line);
  if (type !== 'syscall' || abi !== 'x86_64' || typeof name !== 'string') return undefined;
  // What did not come back has no result.
  if (injected === true || delayed === true || typeof result !== 'number') return undefined;
  return {
    name,
    errno: typeof error === 'string' ? error : undefined,
    durationMs: typeof duration === 'number' ? duration * 1000 : 0,
  };
}

/** The last line of a run that was killed may be half a line. */
function parsed(line: string): RecordedCall {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function ofText(line: string): TracedCall | undefined {
  const start = START.exec(line);
  const end = start && END.exec(line);
  if (!end || /\((?:DELAYED|INJECTED)/.test(line.slice(line.lastIndexOf(' = ')))) return undefined;
  const [, errno, seconds] = end;
  return { name: (start[1] ?? start[2])!, errno, durationMs: Number(seconds ?? 0) * 1000 };
}
