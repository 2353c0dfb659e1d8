import { type CodeMapping, codeMappings } from '../../linux/process-maps.ts';
import type { Module } from './module.ts';

/** Code in memory: of a module, or (without) of nobody knows whom. */
export interface Region extends CodeMapping {
  readonly module: Module | undefined;
  /** What to subtract from an address for the one in the file. */
  readonly bias: number;
}

/** Finds the module of a mapping. */
export type ModuleFinder = (tid: number, mapping: CodeMapping) => Module | undefined;

/** What a process can execute. It is read when it is first needed, and again when it may have changed. */
export class AddressSpace {
  readonly #findModule: ModuleFinder;
  #regions: readonly Region[];
  #isStale: boolean;
  /** It was read for the stack that is looked at. */
  #isFresh = false;
  /** Where the last one was found. */
  #last: Region | undefined;

  constructor(findModule: ModuleFinder, regions: readonly Region[] | undefined = undefined) {
    this.#findModule = findModule;
    this.#regions = regions ?? [];
    this.#isStale = regions === undefined;
  }

  /** That of a child, which begins as a copy. */
  fork(): AddressSpace {
    return new AddressSpace(this.#findModule, this.#isStale ? undefined : this.#regions);
  }

  /** It may not be as it was. */
  forget(): void {
    this.#isStale = true;
  }

  /** To be called before the addresses of a stack are looked up. */
  refresh(tid: number): void {
    this.#isFresh = this.#isStale;
    if (this.#isStale) this.#read(tid);
  }

  /** The code at an address. One that is not known may be new: then all is read again, once for a stack. */
  find(tid: number, address: number): Region | undefined {
    const region = this.#lookUp(address);
    if (region !== undefined || this.#isFresh || address < LOWEST) return region;
    this.#isFresh = true;
    this.#read(tid);
    return this.#lookUp(address);
  }

  /** Whether there is code in a stretch of memory. */
  hasCode(start: number, length: number): boolean {
    return this.#isStale || this.#regions.some((region) => start < region.end && start + length > region.start);
  }

  #lookUp(address: number): Region | undefined {
    const last = this.#last;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    let low = 0;
    let high = this.#regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#regions[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    const region = this.#regions[low];
    if (region === undefined || address < region.start) return undefined;
    this.#last = region;
    return region;
  }

  #read(tid: number): void {
    this.#isStale = false;
    this.#last = undefined;
    this.#regions = codeMappings(tid).map((mapping) => this.#region(tid, mapping));
  }

  #region(tid: number, mapping: CodeMapping): Region {
    const known = this.#regions.find(
      ({ start, end, inode, offset }) =>
        start === mapping.start && end === mapping.end && inode === mapping.inode && offset === mapping.offset,
    );
    if (known) return known;
    const module = this.#findModule(tid, mapping);
    const address = module?.elf.addressOf(mapping.offset);
    return address === undefined
      ? { ...mapping, module: undefined, bias: 0 }
      : { ...mapping, module, bias: mapping.start - address };
  }
}

/** Nothing is mapped below (mmap_min_addr). */
const LOWEST = 4096;
