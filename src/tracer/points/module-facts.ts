import { type CodeMapping, codeMappings, openMapped } from '../../linux/process-maps.ts';
import { Elf } from '../../symbols/elf.ts';

/** A test suite may run any number of programs, one after the other. */
const MAX_KEPT = 64;

/** A file that a process runs code of. */
export interface LoadedModule<Facts> {
  readonly name: string;
  readonly facts: Facts;
  /** What to add to an address in the file for the one in memory. */
  readonly bias: number;
}

/** What is to be known of the files that processes run, read once of each. */
export class ModuleFacts<Facts> {
  readonly #read: (elf: Elf) => Facts;
  readonly #known = new Map<string, { readonly facts: Facts; readonly elf: Elf } | undefined>();

  /** What `read` has need of is to be read by it: the file is closed afterwards. */
  constructor(read: (elf: Elf) => Facts) {
    this.#read = read;
  }

  /** Of all files that a process has code of, or of those of some name. */
  of(tid: number, isWanted: (name: string) => boolean = () => true): LoadedModule<Facts>[] {
    const seen = new Set<number>();
    return codeMappings(tid).flatMap((mapping) => {
      if (mapping.inode === 0 || seen.has(mapping.inode) || !isWanted(mapping.name)) return [];
      seen.add(mapping.inode);
      const known = this.#find(tid, mapping);
      const address = known?.elf.addressOf(mapping.offset);
      return address === undefined ? [] : [{ name: mapping.name, facts: known!.facts, bias: mapping.start - address }];
    });
  }

  #find(tid: number, mapping: CodeMapping): { readonly facts: Facts; readonly elf: Elf } | undefined {
    const file = openMapped(tid, mapping);
    if (file === undefined) return undefined;
    try {
      const { identity } = file;
      if (!this.#known.has(identity)) {
        const elf = Elf.open(file);
        this.#known.set(identity, elf && { facts: this.#read(elf), elf });
        if (this.#known.size > MAX_KEPT) this.#known.delete(this.#known.keys().next().value!);
      }
      return this.#known.get(identity);
    } finally {
      file.close();
    }
  }
}
