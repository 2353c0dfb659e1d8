import { demangled } from '../../linux/demangle.ts';
import { EhFrame } from '../../symbols/eh-frame.ts';
import type { Elf } from '../../symbols/elf.ts';
import { type FrameRules, rulesAt } from '../../symbols/frame-rules.ts';
import { LineTable } from '../../symbols/line-table.ts';
import { rustName } from '../../symbols/rust-name.ts';
import { type SymbolAt, SymbolTable } from '../../symbols/symbol-table.ts';
import type { FrameNames } from './frame-names.ts';

/** How V8 names the functions from which it runs bytecode. */
const INTERPRETER = 'Builtins_Interpreter';

/** What is known of a place in the code. */
export interface Site {
  /** The id of its frame in the trace. */
  readonly frame: number;
  /** How to go on to the caller; undefined if nothing says it. */
  readonly rules: FrameRules | undefined;
  /** It is where V8 interprets a function: that one is meant, not the interpreter. */
  readonly interprets: boolean;
}

/**
 * A file (or the vdso) that code comes from. All that is found for a place in it is kept: stacks meet the same places again
 * and again.
 */
export class Module {
  readonly elf: Elf;
  readonly #name: string;
  readonly #names: FrameNames;
  readonly #frames: EhFrame | undefined;
  readonly #symbols: readonly SymbolTable[];
  readonly #lines: LineTable | undefined;
  /** By address, apart for calls and for where code stopped: those are looked up one byte apart. */
  readonly #calls = new Map<number, Site>();
  readonly #stops = new Map<number, Site>();

  /**
   * `name`: as the trace shows it. `separate`: the file with its symbols, if they are not in it. `sources`: whether lines of
   * sources are wanted. What is needed is read here: the files may be closed afterwards.
   */
  constructor(name: string, elf: Elf, separate: Elf | undefined, names: FrameNames, sources: boolean) {
    this.elf = elf;
    this.#name = name;
    this.#names = names;
    this.#frames = EhFrame.of(elf);
    this.#symbols = [...SymbolTable.of(elf), ...(separate ? SymbolTable.of(separate) : [])];
    if (sources) this.#lines = LineTable.of(elf) ?? (separate && LineTable.of(separate));
  }

  /**
   * The place at an address (as in the file). `returns`: it is the return address of a call, which may be the first of what
   * stands behind the caller.
   */
  site(address: number, returns: boolean): Site {
    const sites = returns ? this.#calls : this.#stops;
    let site = sites.get(address);
    if (site === undefined) {
      site = this.#find(address, returns ? address - 1 : address);
      sites.set(address, site);
    }
    return site;
  }

  /** The innermost of what the tables say; of several names for one function the one that other files call it by. */
  #symbol(address: number): SymbolAt | undefined {
    let best: SymbolAt | undefined;
    for (const table of this.#symbols) {
      const found = table.at(address);
      if (found && (best === undefined || found.offset < best.offset)) best = found;
    }
    return best;
  }

  #find(address: number, inside: number): Site {
    const description = this.#frames?.find(inside);
    // A handler returns to the start of a function that nothing has called.
    const named = description?.isSignalFrame ? address : inside;
    const symbol = this.#symbol(named);
    return {
      frame: this.#names.id({
        file: this.#name,
        symbol: symbol && rustName(demangled(symbol.name)),
        offset: symbol ? symbol.offset + address - named : 0,
        address,
        source: this.#lines?.at(named),
      }),
      rules: description && rulesAt(description, inside),
      interprets: symbol?.name.startsWith(INTERPRETER) === true,
    };
  }
}
