import type { PacketCounts } from '../../../model/network-use.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** Counts that go up. */
export type Counts = Mutable<PacketCounts>;

export function emptyCounts(): Counts {
  return { packets: 0, bytes: 0, lost: 0, delayed: 0, throttledBytes: 0, duplicated: 0, reordered: 0, corrupted: 0 };
}

export function sumOfCounts(a: PacketCounts, b: PacketCounts): PacketCounts {
  const total = { ...a } as Counts;
  for (const name of Object.keys(total) as (keyof PacketCounts)[]) total[name] += b[name];
  return total;
}
