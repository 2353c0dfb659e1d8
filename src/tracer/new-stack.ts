import { AT_IGNORE, AT_NULL, AT_RANDOM, AT_SYSINFO_EHDR } from '../linux/auxv.ts';
import { getRegister, type Ptrace } from '../linux/ptrace.ts';
import type { TaskMemory } from '../linux/task-memory.ts';

const WORD = 8;
/** More than the pointers and the auxiliary vector of any program take: they are a sixth of the largest stack. */
const MAX_BYTES = 1024 * 1024;
const RANDOM_BYTES = 16;

/**
 * Makes a program that stands at its exec stop ask the kernel for the time: in its auxiliary vector (getauxval(3)) the
 * entry that says where the vDSO is becomes one to be ignored. The C library, Go and others then make system calls.
 */
export function hideVdso(ptrace: Ptrace, memory: TaskMemory, tid: number): void {
  const stack = newStackOf(ptrace, memory, tid);
  const place = stack && auxiliaryEntry(stack.words, AT_SYSINFO_EHDR);
  if (place === undefined) return;
  const ignore = new Uint8Array(WORD);
  ignore[0] = AT_IGNORE;
  memory.write(tid, stack!.address + place, ignore);
}

/** Gives such a program always the same random bytes (AT_RANDOM), of which it makes guards and the like. */
export function fixRandomBytes(ptrace: Ptrace, memory: TaskMemory, tid: number): void {
  const stack = newStackOf(ptrace, memory, tid);
  const place = stack && auxiliaryEntry(stack.words, AT_RANDOM);
  if (place === undefined) return;
  memory.write(
    tid,
    Number(stack!.words.getBigUint64(place + WORD, true)),
    Uint8Array.from({ length: RANDOM_BYTES }, (_, i) => i + 1),
  );
}

/** The stack of a new program, from its pointer up. */
function newStackOf(ptrace: Ptrace, memory: TaskMemory, tid: number): { address: number; words: DataView } | undefined {
  const registers = ptrace.registers(tid);
  if (!registers) return undefined;
  const address = Number(getRegister(registers, 'rsp'));
  const length = memory.read(tid, address, MAX_BYTES);
  return { address, words: new DataView(memory.buffer.buffer, memory.buffer.byteOffset, length - (length % WORD)) };
}

/**
 * Where an entry of the auxiliary vector is among the words of a new stack, in bytes. Such a stack has, from its pointer up: argc, the
 * arguments and a NULL, the environment and a NULL, and that vector, pairs of words up to AT_NULL. Of a 32-bit program it finds nothing.
 */
export function auxiliaryEntry(words: DataView, type: number): number | undefined {
  const is = (offset: number, value: number): boolean =>
    words.getUint32(offset, true) === value && words.getUint32(offset + WORD / 2, true) === 0;
  const end = words.byteLength - (words.byteLength % WORD);
  if (end === 0) return undefined;
  let offset = (words.getUint32(0, true) + 2) * WORD;
  while (offset < end && !is(offset, 0)) offset += WORD;
  for (offset += WORD; offset + 2 * WORD <= end && !is(offset, AT_NULL); offset += 2 * WORD) {
    if (is(offset, type)) return offset;
  }
  return undefined;
}
