import { readFileSync } from 'node:fs';

/** SIGRTMAX: a thread that blocks this one blocks (nearly) all, and does so for a moment only. */
const ALL_BLOCKED = 1n << 63n;
const PAUSE_MS = 1;
const MAX_PAUSES = 100;

let known: bigint | undefined;

/**
 * The signals that the main thread of this process blocks: bit n-1 stands for signal n. Nothing in Node.js changes them, so they are
 * read once. While it starts a child of its own,
 * libuv blocks nearly all of them (uv_spawn), which is waited out: a command must not start with that.
 */
export function blockedSignals(): bigint {
  if (known !== undefined) return known;
  let mask = readMask();
  for (let pauses = 0; (mask & ALL_BLOCKED) !== 0n && pauses < MAX_PAUSES; pauses++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    mask = readMask();
  }
  if ((mask & ALL_BLOCKED) === 0n) known = mask;
  return mask;
}

function readMask(): bigint {
  const status = readFileSync('/proc/self/status', 'latin1');
  return BigInt(`0x${/^SigBlk:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}
