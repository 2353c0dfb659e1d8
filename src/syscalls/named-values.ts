import { constantText, explained } from './constant-style.ts';
import { hex, hex64 } from './memory-words.ts';

type Values = Readonly<Record<string, number>>;

/** More texts than this are never kept: a program that passes random flags must not fill the memory. */
const CACHE_LIMIT = 1024;

/** Prints a word by a table of names, which are of its lower 32 bits. */
export interface NamedValues {
  /** The text of a word, taken as unsigned. */
  text(value: number): string;
  /** The text of a word of 64 bits. */
  text64(low: number, high: number): string;
  /** The same as `text` without the comment on what is unknown, or undefined where no name fits at all. */
  known(value: number): string | undefined;
}

/** A word that is one of several values. An unknown one is printed as `0x7 /* F_??? *\/`. */
export function choice(unknown: string, values: Values): NamedValues {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(values)) {
    if (!names.has(value >>> 0)) names.set(value >>> 0, name);
  }
  const known = (value: number): string | undefined => names.get(value >>> 0);
  const text = (value: number): string => {
    const name = known(value);
    return name === undefined ? explained(hex(value), unknown) : constantText(hex(value), name);
  };
  return { known, text, text64: (low, high) => (high === 0 ? text(low) : explained(hex64(low, high), unknown)) };
}

/**
 * A word of flags, in the order in which they are printed (strace's). Bits without a name follow as a number; if no
 * name fits at all, a comment says so. Where `unknown` is undefined
 * there is no comment, and no flags at all are the empty string: that is for words that are printed in parts.
 */
export function flags(unknown: string | undefined, values: Values): NamedValues {
  const entries = Object.entries(values).map(([name, value]) => [name, value >>> 0] as const);
  const zero = entries.find(([, value]) => value === 0)?.[0];
  const cache = new Map<number, string | undefined>();

  /** The names that fit, and the bits that have none. */
  const compose = (value: number): [names: string, rest: number] => {
    let rest = value;
    let names = '';
    for (const [name, bits] of entries) {
      if (rest === 0) break;
      if (bits === 0 || (rest & bits) >>> 0 !== bits) continue;
      names += names === '' ? name : `|${name}`;
      rest = (rest & ~bits) >>> 0;
    }
    return [names, rest];
  };
  const uncached = (value: number): string | undefined => {
    if (value === 0) return zero;
    const [names, rest] = compose(value);
    if (rest === 0) return names;
    return names === '' ? undefined : `${names}|${hex(rest)}`;
  };
  const known = (value: number): string | undefined => {
    value >>>= 0;
    if (cache.has(value)) return cache.get(value);
    const text = uncached(value);
    if (cache.size < CACHE_LIMIT) cache.set(value, text);
    return text;
  };
  const text = (value: number): string => {
    const named = known(value);
    if (named !== undefined) return constantText(hex(value), named);
    if (unknown === undefined) return value >>> 0 === 0 ? '' : hex(value);
    return value >>> 0 === 0 ? '0' : explained(hex(value), unknown);
  };
  const text64 = (low: number, high: number): string => {
    if (high === 0) return text(low);
    const [names, rest] = compose(low);
    const number = hex64(low, high);
    if (names !== '') return constantText(number, `${names}|${hex64(rest, high)}`);
    return unknown === undefined ? number : explained(number, unknown);
  };
  return { known, text, text64 };
}
