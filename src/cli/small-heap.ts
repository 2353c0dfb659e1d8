import { setFlagsFromString } from 'node:v8';

/**
 * From here on V8 keeps the heap of this process near what is in use. By itself it lets the young generation grow to 48 MiB, and the old one to twice of what was
 * in use: a campaign lives long, receives recordings of several MiB, and hardly computes beside its workers.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}
