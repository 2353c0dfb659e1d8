import { type CodeMapping, type OpenFile, openMapped } from '../../linux/process-maps.ts';
import { Elf } from '../../symbols/elf.ts';
import type { FrameNames } from './frame-names.ts';
import { Module } from './module.ts';
import { separateDebugFile } from './separate-debug-file.ts';
import type { StackMemory } from './stack-memory.ts';

const VDSO = '[vdso]';

/** A build or a test suite may run any number of programs, one after the other. */
const MAX_KEPT = 64;

/** The files that code was mapped from: each is read once, however many processes run it. */
export class Modules {
  readonly #names: FrameNames;
  readonly #memory: StackMemory;
  readonly #sources: boolean;
  readonly #known = new Map<string, Module | undefined>();

  /** `sources`: whether lines of sources are wanted. */
  constructor(names: FrameNames, memory: StackMemory, sources: boolean) {
    this.#sources = sources;
    this.#names = names;
    this.#memory = memory;
  }

  /** Undefined if the mapping has no file, or its file is none that can be read here. */
  readonly find = (tid: number, mapping: CodeMapping): Module | undefined => {
    if (mapping.name === VDSO) return this.#vdso(tid, mapping);
    if (mapping.inode === 0) return undefined;
    const file = openMapped(tid, mapping);
    if (file === undefined) return undefined;
    try {
      return this.#remembered(file.identity, () => this.#load(mapping.name, file));
    } finally {
      file.close();
    }
  };

  #vdso(tid: number, { start, end }: CodeMapping): Module | undefined {
    return this.#remembered(VDSO, () => {
      this.#memory.begin(tid);
      const bytes = this.#memory.bytes(start, end - start);
      const source = { size: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) };
      const elf = Elf.open(source);
      return elf && new Module(VDSO, elf, undefined, this.#names, this.#sources);
    });
  }

  #load(name: string, file: OpenFile): Module | undefined {
    const elf = Elf.open(file);
    if (elf === undefined) return undefined;
    const debug = separateDebugFile(elf, name);
    try {
      return new Module(name, elf, debug && Elf.open(debug), this.#names, this.#sources);
    } finally {
      debug?.close();
    }
  }

  #remembered(identity: string, load: () => Module | undefined): Module | undefined {
    const module = this.#known.has(identity) ? this.#known.get(identity) : load();
    // In the order of use: processes keep those that they run.
    this.#known.delete(identity);
    this.#known.set(identity, module);
    if (this.#known.size > MAX_KEPT) this.#known.delete(this.#known.keys().next().value!);
    return module;
  }
}
