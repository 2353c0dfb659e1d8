import { openSync } from 'node:fs';
import { closeFd, makePipe } from '../../linux/fds.ts';
import { net, streamConsumers } from '../../linux/late-modules.ts';
import type { LaunchSpec } from '../../linux/launch-spec.ts';

/** `pipe`: to and from the library; `inherit`: Renacer's own; `ignore`: /dev/null; `closed`: none; a number: that file descriptor. */
export type StdioChoice = 'pipe' | 'inherit' | 'ignore' | 'closed' | number;

/** One choice for all, or one each for stdin, stdout and stderr. */
export type StdioOption = StdioChoice | readonly [StdioChoice, StdioChoice, StdioChoice];

/** The file descriptors of the target's stdin, stdout and stderr, and our ends of its pipes. */
export class Stdio {
  readonly fds: LaunchSpec['stdio'];
  /** What the target wrote, when it has closed the pipe; undefined where there is none. */
  readonly stdout: Promise<string> | undefined;
  readonly stderr: Promise<string> | undefined;
  readonly #opened: number[] = [];

  /** `input` is what the target reads, if its stdin is a pipe. */
  constructor(option: StdioOption, input: string | Uint8Array | undefined) {
    const [stdin, stdout, stderr] = typeof option === 'object' ? option : [option, option, option];
    const [out, outText] = this.#output(stdout, 1);
    const [err, errText] = this.#output(stderr, 2);
    this.fds = [this.#input(stdin, input), out, err];
    this.stdout = outText;
    this.stderr = errText;
  }

  /** The target has its copies: our side of them is closed, so that pipes end when the target's do. */
  handOver(): void {
    for (const fd of this.#opened.splice(0)) closeFd(fd);
  }

  #input(choice: StdioChoice, input: string | Uint8Array | undefined): number | undefined {
    if (choice !== 'pipe') return this.#given(choice, 0, 'r');
    const [theirs, ours] = makePipe();
    const { Socket } = net();
    const stream = new Socket({ fd: ours, writable: true, readable: false });
    // The target may well end without having read all of it.
    stream.on('error', () => stream.destroy());
    stream.end(input ?? '');
    this.#opened.push(theirs);
    return theirs;
  }

  #output(choice: StdioChoice, fd: number): [number | undefined, Promise<string> | undefined] {
    if (choice !== 'pipe') return [this.#given(choice, fd, 'w'), undefined];
    const [ours, theirs] = makePipe();
    this.#opened.push(theirs);
    const { Socket } = net();
    return [theirs, streamConsumers().text(new Socket({ fd: ours, readable: true, writable: false }))];
  }

  #given(choice: Exclude<StdioChoice, 'pipe'>, fd: number, mode: 'r' | 'w'): number | undefined {
    if (choice === 'inherit') return fd;
    if (choice === 'closed') return undefined;
    if (typeof choice === 'number') return choice;
    const opened = openSync('/dev/null', mode);
    this.#opened.push(opened);
    return opened;
  }
}
