import type { CallFacts } from '../../../faults/call-facts.ts';
import { linkOf } from '../../../faults/descriptor.ts';
import { type Piece, piecesOf } from '../../../faults/kinds/buffers.ts';
import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../../tracer/policy.ts';
import type { AtReturn, CallWatcher } from './call-watcher.ts';

type Stream = 'stdout' | 'stderr';

const DESCRIPTORS: readonly (readonly [Stream, number])[] = [
  ['stdout', 1],
  ['stderr', 2],
];
/** Of one call, and of a line, no more is looked at. */
const MAX_BYTES = 64 * 1024;

/** The lines that the tree writes to the command's stdout and stderr, by whatever descriptor: each when the call that completes it has come back. */
export class OutputLines implements CallWatcher {
  readonly numbers: ReadonlySet<number> = new Set(
    ['write', 'writev', 'pwrite64', 'sendto', 'sendmsg'].map((name) => syscallNumber(name)!),
  );
  readonly #matches: (line: string) => boolean;
  readonly #stream: Stream | undefined;
  readonly #onLine: (line: string) => void;
  /** What each stream is open on, as the command was given it. */
  readonly #links = new Map<Stream, string>();
  readonly #begun = new Map<Stream, string>();

  /** `onLine` is told of each line that matches. Throws SyntaxError. */
  constructor(regex: string, stream: Stream | undefined, onLine: (line: string) => void = () => {}) {
    const pattern = new RegExp(regex);
    this.#matches = (line) => pattern.test(line);
    this.#stream = stream;
    this.#onLine = onLine;
  }

  /** The command's first task, before its first call. */
  started(tid: number): void {
    for (const [stream, fd] of DESCRIPTORS) {
      const link = linkOf(`/proc/${tid}/fd/${fd}`);
      if (link !== undefined) this.#links.set(stream, link);
    }
  }

  onEntry({ call, fd, descriptor }: CallFacts): AtReturn | undefined {
    const link = descriptor?.link;
    if (fd === undefined || link === undefined) return undefined;
    const streams = DESCRIPTORS.filter(([stream, number]) => this.#isOpenOn(stream, link, fd === number)).map(
      ([stream]) => stream,
    );
    // Where both go to one place, its number says which is meant, if anything does.
    const stream = streams.length > 1 && fd === 2 ? 'stderr' : streams[0];
    if (stream === undefined || (this.#stream !== undefined && !streams.includes(this.#stream))) return undefined;
    if (this.#stream !== undefined && fd <= 2 && stream !== this.#stream) return undefined;
    const pieces = piecesOf(syscallName(call.nr), call);
    return (returned) => this.#written(stream, returned, pieces);
  }

  /** Of what has no name of its own (/dev/null), only the usual number is meant. */
  #isOpenOn(stream: Stream, link: string, isUsualNumber: boolean): boolean {
    return this.#links.get(stream) === link && (isUsualNumber || link !== '/dev/null');
  }

  #written(stream: Stream, call: StoppedCall, pieces: readonly Piece[]): number {
    const written = call.result.signed(0);
    if (written <= 0) return 0;
    const lines = ((this.#begun.get(stream) ?? '') + textIn(call, pieces, Math.min(written, MAX_BYTES))).split('\n');
    this.#begun.set(stream, lines.pop()!.slice(-MAX_BYTES));
    const matching = lines.filter(this.#matches);
    matching.forEach(this.#onLine);
    return matching.length;
  }
}

function textIn(call: StoppedCall, pieces: readonly Piece[], bytes: number): string {
  const parts: Buffer[] = [];
  let left = bytes;
  for (const { address, length } of pieces) {
    if (left <= 0) break;
    parts.push(Buffer.from(call.read(address, Math.min(length, left)) ?? []));
    left -= length;
  }
  return Buffer.concat(parts).toString();
}
