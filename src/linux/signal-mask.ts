import { readFileSync } from 'node:fs';

/** The signals that the main thread of this process blocks: bit n-1 stands for signal n. */
export function blockedSignals(): bigint {
  const status = readFileSync('/proc/self/status', 'latin1');
  return BigInt(`0x${/^SigBlk:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
}
