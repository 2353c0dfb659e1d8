import { GrowingFile } from '../../linux/growing-file.ts';
import { innermostPid } from '../../linux/process-stat.ts';
import { PerfMap } from '../../symbols/perf-map.ts';
import type { FrameNames } from './frame-names.ts';
import type { StackMemory } from './stack-memory.ts';

const TWO_32 = 2 ** 32;

/** The map of a process's own code, if it writes one. */
interface OwnMap {
  /** As perf(1) calls it. */
  readonly name: string;
  readonly file: GrowingFile;
  readonly functions: PerfMap;
}

/** Names code that was made at run time: by the map that the program writes for perf(1), if it does. */
export class GeneratedCode {
  readonly #names: FrameNames;
  readonly #maps = new Map<number, OwnMap>();
  readonly #known = new Map<string, number>();
  #looked = false;

  constructor(names: FrameNames) {
    this.#names = names;
  }

  /** Another stack: the map may have grown. */
  begin(): void {
    this.#looked = false;
  }

  /** The id of the frame at an address; `returns`: it is a return address. `region`: what the kernel calls the memory. */
  frame(tgid: number, region: string, address: number, returns: boolean): number {
    const map = this.#map(tgid);
    const inside = returns ? address - 1 : address;
    const symbol = map.functions.at(inside);
    if (symbol === undefined) return this.#id(region || '[anon]', undefined, 0, address);
    return this.#id(map.name, symbol.name, symbol.offset + address - inside, address);
  }

  /**
   * The same of a function that V8 interprets. Its frame has, below the frame pointer, the array with its bytecode, and how far
   * in it is (InterpreterFrameConstants in V8). Undefined if the map does not have it.
   */
  interpreted(tgid: number, framePointer: number, memory: StackMemory): number | undefined {
    const map = this.#map(tgid);
    if (map.functions.isEmpty) return undefined;
    const array = memory.word(framePointer - 32);
    // A small integer stands in the upper half of its word; pointers to objects are odd, by one.
    const bytecode = array + Math.floor(memory.word(framePointer - 40) / TWO_32);
    const symbol = map.functions.at(bytecode);
    return symbol && this.#id(map.name, symbol.name, symbol.offset, bytecode);
  }

  /** A process that has ended or is another program now. */
  forget(tgid: number): void {
    this.#maps.delete(tgid);
  }

  #map(tgid: number): OwnMap {
    let map = this.#maps.get(tgid);
    if (map === undefined) {
      const name = `/tmp/perf-${innermostPid(tgid)}.map`;
      map = { name, file: new GrowingFile(`/proc/${tgid}/root${name}`), functions: new PerfMap() };
      this.#maps.set(tgid, map);
    }
    if (!this.#looked) {
      this.#looked = true;
      const more = map.file.more();
      if (more !== '') map.functions.add(more);
    }
    return map;
  }

  #id(file: string, symbol: string | undefined, offset: number, address: number): number {
    const key = `${address} ${file} ${symbol}`;
    let id = this.#known.get(key);
    if (id === undefined) {
      id = this.#names.id({ file, symbol, offset, address, source: undefined });
      this.#known.set(key, id);
    }
    return id;
  }
}
