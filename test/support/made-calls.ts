import { ArgWords } from '../../src/model/arg-words.ts';
import { type Captured, LABEL } from '../../src/model/capture.ts';
import type { SyscallEntryEvent, SyscallExitEvent } from '../../src/model/trace-event.ts';
import { syscallNumber } from '../../src/syscalls/syscall-table.ts';

/** Hand-made events, for tests of what is printed. */

export type Word = number | bigint;

/** By argument, or `argument.part`, or (what a number is) `fd 3`, `pid 123`: text stands for its bytes. */
export type Memory = Readonly<Record<string, string | Uint8Array>>;

export interface MadeCall {
  readonly name: string | number;
  readonly args?: readonly Word[];
  readonly result?: Word;
  readonly errno?: number;
  /** What was copied when the call was entered, and when it had come back. */
  readonly entry?: Memory;
  readonly exit?: Memory;
  /** Arguments that go on beyond what was copied. */
  readonly cut?: readonly string[];
  readonly tid?: number;
  readonly returned?: boolean;
  readonly injected?: boolean;
  readonly delayed?: boolean;
}

export function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
}

/** Little-endian numbers one after another: `['u32', 1]`, `['i64', -1n]`, ... */
export function struct(...fields: readonly (readonly ['u8' | 'u16' | 'u32' | 'u64', Word])[]): Uint8Array {
  const sizes = { u8: 1, u16: 2, u32: 4, u64: 8 } as const;
  return Buffer.concat(
    fields.map(([type, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
      return bytes.subarray(0, sizes[type]);
    }),
  );
}

export function words(values: readonly Word[]): ArgWords {
  const array = new Uint32Array(12);
  const exact = new BigUint64Array(array.buffer);
  values.forEach((value, i) => {
    exact[i] = BigInt.asUintN(64, BigInt(value));
  });
  return new ArgWords(array);
}

function captured(entry: Memory, exit: Memory, cut: readonly string[]): Captured {
  const key = (arg: number, part = 0): string => (part === 0 ? String(arg) : `${arg}.${part}`);
  const find = (memory: Memory, name: string): Uint8Array | undefined =>
    memory[name] === undefined ? undefined : bytesOf(memory[name]);
  return {
    bytes: (arg, part) => find(exit, key(arg, part)) ?? find(entry, key(arg, part)),
    bytesAtEntry: (arg, part) => find(entry, key(arg, part)),
    label: (kind, value, at) => {
      const name = `${kind === LABEL.descriptor ? 'fd' : 'pid'} ${value}`;
      return (at === 'entry' ? find(entry, name) : undefined) ?? find(exit, name);
    },
    isCut: (arg, part) => cut.includes(key(arg, part)),
  };
}

function numberOf(name: string | number): number {
  return typeof name === 'number' ? name : syscallNumber(name)!;
}

export function entryOf(call: MadeCall): SyscallEntryEvent {
  return {
    kind: 'syscall-entry',
    tid: call.tid ?? 100,
    lineage: '0',
    time: 0,
    abi: 'x86_64',
    nr: numberOf(call.name),
    args: words(call.args ?? []),
    captured: captured(call.entry ?? {}, {}, call.cut ?? []),
  };
}

export function exitOf(call: MadeCall): SyscallExitEvent {
  return {
    ...entryOf(call),
    kind: 'syscall-exit',
    captured: captured(call.entry ?? {}, call.exit ?? {}, call.cut ?? []),
    result: words([call.errno ? -1 : (call.result ?? 0)]),
    errno: call.errno ?? 0,
    returned: call.returned ?? true,
    injected: call.injected ?? false,
    poked: false,
    delayed: call.delayed ?? false,
    duration: 0,
  };
}
