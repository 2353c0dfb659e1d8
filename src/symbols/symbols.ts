import { type Elf, type Section, type SHT_DYNSYM, SHT_SYMTAB, textAt } from './elf.ts';

const SHT_GNU_VERSYM = 0x6fffffff;
const SYMBOL_BYTES = 24;
const TWO_32 = 2 ** 32;
const STT_OBJECT = 1;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
/** In the upper byte: a version that is kept for programs that were linked long ago (VERSYM_HIDDEN). */
const HIDDEN = 0x80;

/** A function or a variable that an object file has, as its tables of symbols say. */
export interface ElfSymbol {
  readonly name: string;
  readonly kind: 'function' | 'object';
  /** As in the file. */
  readonly address: number;
  /** In bytes; 0 if it is not said. */
  readonly size: number;
  readonly section: Section;
  /** What programs are linked to today: a name may have older versions. */
  readonly isDefault: boolean;
}

/** What the table of a type has: SHT_DYNSYM, for the dynamic loader, or SHT_SYMTAB, for linking and debugging; empty if there is none. */
export function symbolsOf(elf: Elf, type: typeof SHT_DYNSYM | typeof SHT_SYMTAB): ElfSymbol[] {
  const section = elf.sections.find((candidate) => candidate.type === type);
  const bytes = elf.bytes(section);
  const names = section && elf.bytes(elf.sections[section.link]);
  if (!bytes || !names) return [];
  const versions = type === SHT_SYMTAB ? undefined : elf.bytes(elf.sections.find((one) => one.type === SHT_GNU_VERSYM));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: ElfSymbol[] = [];
  for (let at = 0, index = 0; at + SYMBOL_BYTES <= bytes.length; at += SYMBOL_BYTES, index++) {
    const kind = kindOf(bytes[at + 4]! & 0xf);
    const home = elf.sections[view.getUint16(at + 6, true)];
    // The section of number 0 stands for what is elsewhere.
    if (kind === undefined || home === undefined || home === elf.sections[0]) continue;
    found.push({
      name: textAt(names, view.getUint32(at, true)),
      kind,
      address: view.getUint32(at + 12, true) * TWO_32 + view.getUint32(at + 8, true),
      size: view.getUint32(at + 20, true) * TWO_32 + view.getUint32(at + 16, true),
      section: home,
      isDefault: ((versions?.[2 * index + 1] ?? 0) & HIDDEN) === 0,
    });
  }
  return found;
}

function kindOf(type: number): ElfSymbol['kind'] | undefined {
  if (type === STT_OBJECT) return 'object';
  return type === STT_FUNC || type === STT_GNU_IFUNC ? 'function' : undefined;
}
