import { AT_SYSINFO_EHDR, auxiliaryValue } from './auxv.ts';
import { viewMemory } from './libc.ts';

const VDSO_BYTES = 4096;

/** The bytes of the x86-64 `syscall` instruction. */
const SYSCALL_INSTRUCTION = Buffer.from([0x0f, 0x05]);

/** The address of a `syscall` instruction in our own memory. */
export function syscallInstruction(): number {
  const address = auxiliaryValue('self', AT_SYSINFO_EHDR);
  const offset = address === undefined ? -1 : Buffer.from(viewMemory(address, VDSO_BYTES)).indexOf(SYSCALL_INSTRUCTION);
  if (address === undefined || offset < 0) throw new Error('no syscall instruction in the vDSO');
  return address + offset;
}
