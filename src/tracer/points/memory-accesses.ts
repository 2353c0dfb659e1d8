import { Instruction, MAP, NO_REGISTER, RIP } from '../../linux/machine-code/x86-64-instruction.ts';
import type { Elf, Section } from '../../symbols/elf.ts';
import type { ElfSymbol } from '../../symbols/symbols.ts';

const RSP = 4;
const RBP = 5;
const SHF_WRITE = 1;
const SHF_EXECINSTR = 4;
const LEA = 0x8d;
/** CALL, JMP and PUSH of what is in memory have the opcode in common with INC and DEC. */
const GROUP_5 = 0xff;
const DECREMENT = 1;

/** An instruction that reads or writes memory which other threads may have, too. */
export interface MemoryAccess {
  /** As in the file. */
  readonly address: number;
  readonly inFunction: string;
  /** From the start of that function. */
  readonly offset: number;
}

/**
 * The instructions of a program's functions that touch memory other than the stack: where a race may be. A function is read from its start
 * to its end; one that does not come out even has something else in it than instructions, and is left out.
 */
export function memoryAccesses(elf: Elf, functions: readonly ElfSymbol[]): MemoryAccess[] {
  const writable = elf.sections.filter(({ name, flags }) => flags & SHF_WRITE && !name.startsWith('.got'));
  const seen = new Set<number>();
  const codes = new Map<Section, Uint8Array | undefined>();
  return functions.flatMap(({ name, address, size, section }) => {
    if (size === 0 || seen.has(address) || !(section.flags & SHF_EXECINSTR)) return [];
    seen.add(address);
    if (!codes.has(section)) codes.set(section, elf.bytes(section));
    const start = address - section.address;
    const code = codes.get(section)?.subarray(start, start + size);
    return code?.length === size ? accessesIn(code, address, name, writable) : [];
  });
}

function accessesIn(code: Uint8Array, start: number, name: string, writable: readonly Section[]): MemoryAccess[] {
  const instruction = new Instruction();
  const found: MemoryAccess[] = [];
  let at = 0;
  while (at < code.length) {
    if (!instruction.decode(code, at)) return [];
    if (isShared(instruction, start + at, writable)) found.push({ address: start + at, inFunction: name, offset: at });
    at += instruction.length;
  }
  return at === code.length ? found : [];
}

function isShared(instruction: Instruction, address: number, writable: readonly Section[]): boolean {
  const { hasMemory, isThreadLocal, base, index, displacement, length } = instruction;
  if (!hasMemory || isThreadLocal || base === RSP || base === RBP || !isAccess(instruction)) return false;
  if (base !== RIP && (base !== NO_REGISTER || index !== NO_REGISTER)) return true;
  const target = base === RIP ? address + length + displacement : displacement;
  return writable.some((section) => target >= section.address && target < section.address + section.size);
}

/** Whether what it does with its operand is to read or write it. */
function isAccess({ map, opcode, modrm }: Instruction): boolean {
  if (map === MAP.one) return opcode !== LEA && (opcode !== GROUP_5 || ((modrm >> 3) & 7) <= DECREMENT);
  // Hints: NOP with an operand, and what fetches ahead.
  return map !== MAP.two || (opcode !== 0x0d && (opcode < 0x18 || opcode > 0x1f));
}
