import { AT_IGNORE, AT_NULL, AT_SYSINFO_EHDR } from '../linux/auxv.ts';
import { getRegister, type Ptrace } from '../linux/ptrace.ts';
import type { TaskMemory } from '../linux/task-memory.ts';

const WORD = 8;
/** More than the pointers and the auxiliary vector of any program take: they are a sixth of the largest stack. */
const MAX_BYTES = 1024 * 1024;

/**
 * Makes a program that stands at its exec stop ask the kernel for the time: in its auxiliary vector (getauxval(3)) the
 * entry that says where the vDSO is becomes one to be ignored. The C library, Go and others then make system calls.
 *
 * The stack of a new program has, from its pointer up: argc, the arguments and a NULL, the environment and a NULL, and
 * the auxiliary vector, pairs of words up to AT_NULL. A 32-bit program is left alone.
 */
export function hideVdso(ptrace: Ptrace, memory: TaskMemory, tid: number): void {
  const registers = ptrace.registers(tid);
  if (!registers) return;
  const stack = Number(getRegister(registers, 'rsp'));
  const length = memory.read(tid, stack, MAX_BYTES);
  const words = new DataView(memory.buffer.buffer, memory.buffer.byteOffset, length - (length % WORD));
  const place = vdsoEntry(words);
  if (place === undefined) return;
  const ignore = new Uint8Array(WORD);
  ignore[0] = AT_IGNORE;
  memory.write(tid, stack + place, ignore);
}

/** Where the entry is among the words of a new stack, in bytes. */
export function vdsoEntry(words: DataView): number | undefined {
  const at = (offset: number): bigint => (offset + WORD <= words.byteLength ? words.getBigUint64(offset, true) : 0n);
  let offset = (Number(at(0)) + 2) * WORD;
  while (offset < words.byteLength && at(offset) !== 0n) offset += WORD;
  for (offset += WORD; offset + 2 * WORD <= words.byteLength && at(offset) !== BigInt(AT_NULL); offset += 2 * WORD) {
    if (at(offset) === BigInt(AT_SYSINFO_EHDR)) return offset;
  }
  return undefined;
}
