import type { Region } from './address-space.ts';
import type { FrameNames } from './frame-names.ts';

/** Names code that was made at run time. */
export class GeneratedCode {
  readonly #names: FrameNames;
  readonly #known = new Map<string, number>();

  constructor(names: FrameNames) {
    this.#names = names;
  }

  /** The id of the frame at an address. */
  frame(_tid: number, _tgid: number, region: Region, address: number, _returns: boolean): number {
    return this.#id(region.name || '[anon]', undefined, 0, address);
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
