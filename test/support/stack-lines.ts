/** A frame as a trace shows it. */
export interface ShownFrame {
  readonly file: string;
  readonly symbol: string | undefined;
  readonly offset: number;
  readonly address: number;
  readonly source: string | undefined;
}

/** A line of a trace, and the stack below it. */
export interface ShownEvent {
  /** The name of a call or a signal. */
  readonly name: string;
  readonly line: string;
  readonly stack: readonly ShownFrame[];
  /** strace found no way to go on. */
  readonly isCut: boolean;
}

const FRAME = /^ > (.*?(?: \(deleted\))?)\((?:(.+)\+0x([0-9a-f]+))?\) \[0x([0-9a-f]+)\](?: (.*))?$/;

/** Reads what `-k` prints, strace's or ours. */
export function shownEvents(text: string): ShownEvent[] {
  const events: { name: string; line: string; stack: ShownFrame[]; isCut: boolean }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith(' > unexpected_backtracing_error')) {
      events.at(-1)!.isCut = true;
    } else if (line.startsWith(' > ')) {
      const [, file, symbol, offset = '0', address, source] = FRAME.exec(line) ?? [];
      const stack = events.at(-1)!.stack;
      if (file === undefined) throw new Error(`no frame: ${line}`);
      const [far, where] = [Number.parseInt(offset, 16), Number.parseInt(address!, 16)];
      stack.push({ file, symbol, offset: far, address: where, source });
    } else if (line !== '') {
      const name = /^(?:\d+ +)?(?:<\.\.\. |--- )?(\w+)/.exec(line)?.[1] ?? line;
      events.push({ name, line, stack: [], isCut: false });
    }
  }
  return events;
}
