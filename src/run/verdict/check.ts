import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { closeFd, makePipe } from '../../linux/fds.ts';
import type { CheckUse } from '../../model/run-result.ts';

/** As much of a check's output as is kept: its end says why it fails. */
const MAX_OUTPUT = 64 * 1024;
/** What a check has left running may hold its output open. */
const DRAIN_MS = 200;
/** As shells have it, for what can't be executed. */
const NOT_FOUND = 127;

export interface CheckRequest {
  readonly command: string;
  readonly after: CheckUse['after'];
}

/** How the command ended that is to be checked: nothing is known of one that was let go. */
export interface CheckedEnd {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
}

export interface CheckContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told what the check writes, as it comes. */
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
}

/** Runs a check if it is for such an end, and else says why not. */
export async function useCheck(
  { command, after }: CheckRequest,
  end: CheckedEnd,
  context: CheckContext,
): Promise<CheckUse> {
  const skipped = after === 'success' ? whyNot(end) : undefined;
  if (skipped !== undefined) return { command, after, status: undefined, output: '', skipped };
  return { command, after, ...(await runCheck(command, context)), skipped };
}

function whyNot({ exitCode, signal }: CheckedEnd): string | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode !== undefined) return `the exit status is ${exitCode}`;
  return signal === undefined ? 'the command was detached' : `the command was killed by ${signal}`;
}

/** Runs a check in a shell, outside of all chaos. Its stdout and stderr are one pipe, so that they come in order. */
async function runCheck(
  command: string,
  { cwd, env, onOutput }: CheckContext,
): Promise<Pick<CheckUse, 'status' | 'output'>> {
  const [ours, theirs] = makePipe();
  const output = new Tail(MAX_OUTPUT);
  const socket = new Socket({ fd: ours, readable: true, writable: false });
  const drained = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (bytes: Buffer) => {
    output.add(bytes);
    onOutput?.(bytes);
  });
  const child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', theirs, theirs] });
  closeFd(theirs);
  const status = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      output.add(Buffer.from(`the check can't be run: ${error.message}\n`));
      resolve(NOT_FOUND);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  const tooLong = setTimeout(() => socket.destroy(), DRAIN_MS);
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
