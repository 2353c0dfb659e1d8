import { readFileSync } from 'node:fs';
import { viewMemory } from './libc.ts';

/** a_type of the address of the vDSO in the auxiliary vector. */
const AT_SYSINFO_EHDR = 33n;
const VDSO_BYTES = 4096;

/** The bytes of the x86-64 `syscall` instruction. */
const SYSCALL_INSTRUCTION = Buffer.from([0x0f, 0x05]);

/** The address of the vDSO of a process (ours by default); undefined if it has none. */
export function vdsoAddress(pid: number | 'self' = 'self'): number | undefined {
  const vector = readFileSync(`/proc/${pid}/auxv`);
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (vector.readBigUInt64LE(at) === AT_SYSINFO_EHDR) return Number(vector.readBigUInt64LE(at + 8));
  }
  return undefined;
}

/** The address of a `syscall` instruction in our own memory. */
export function syscallInstruction(): number {
  const address = vdsoAddress();
  const offset = address === undefined ? -1 : Buffer.from(viewMemory(address, VDSO_BYTES)).indexOf(SYSCALL_INSTRUCTION);
  if (address === undefined || offset < 0) throw new Error('no syscall instruction in the vDSO');
  return address + offset;
}
