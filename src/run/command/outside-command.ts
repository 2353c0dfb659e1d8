import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { closeFd, makePipe } from '../../linux/fds.ts';
import { sendSignal } from '../../linux/signals.ts';

/** As much of its output as is kept: its end says why it fails. */
const MAX_OUTPUT = 64 * 1024;
/** What it has left running may hold its output open. */
const DRAIN_MS = 200;
/** As shells have it, for what can't be executed. */
const NOT_FOUND = 127;
const SIGKILL = 9;

export interface OutsidePlace {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface OutsideOptions {
  /** Told what it writes, as it comes. */
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
  /** It has a process group of its own: what is typed at a terminal, like Ctrl-C, does not reach it. */
  readonly apart?: boolean | undefined;
  /** When this is aborted, it is killed, with all of its process group, which is its own then. */
  readonly end?: AbortSignal | undefined;
  /** `end` also kills what it has left running in its process group. */
  readonly leavesNothing?: boolean | undefined;
}

export interface OutsideEnd {
  /** 128+n if a signal ended it. */
  readonly status: number;
  readonly output: string;
}

/**
 * Runs a shell command outside of all chaos: without limits, not in the tree of the run, not traced. Its stdout and stderr are one
 * pipe, so that they come in order.
 */
export async function runOutside(
  command: string,
  { cwd, env }: OutsidePlace,
  { onOutput, end, leavesNothing = false, apart = end !== undefined }: OutsideOptions = {},
): Promise<OutsideEnd> {
  const [ours, theirs] = makePipe();
  const output = new Tail(MAX_OUTPUT);
  const socket = new Socket({ fd: ours, readable: true, writable: false });
  const drained = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (bytes: Buffer) => {
    output.add(bytes);
    onOutput?.(bytes);
  });
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', theirs, theirs], detached: apart });
  closeFd(theirs);
  const kill = (): void => void (child.pid && sendSignal(-child.pid, SIGKILL));
  end?.addEventListener('abort', kill, { once: true });
  const status = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      output.add(Buffer.from(`${command}: ${error.message}\n`));
      resolve(NOT_FOUND);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  if (!leavesNothing) end?.removeEventListener('abort', kill);
  // If we were late, what it wrote lies there still: it is read before the next turn.
  const tooLong = setTimeout(() => setImmediate(() => socket.destroy()), DRAIN_MS);
  await drained;
  clearTimeout(tooLong);
  return { status, output: output.text };
}

/** The end of what is added. */
class Tail {
  readonly #max: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(max: number) {
    this.#max = max;
  }

  add(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#bytes, bytes]);
    this.#bytes = all.length > this.#max ? all.subarray(all.length - this.#max) : all;
  }

  get text(): string {
    return this.#bytes.toString('utf8');
  }
}
