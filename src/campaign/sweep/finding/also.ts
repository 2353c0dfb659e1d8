import path from 'node:path';
import type { Site, SweepCase } from '../../../model/sweep.ts';
import { ownFrame } from '../sites.ts';
import { errorOf } from './cause.ts';

/** How many are named. */
const MAX_NAMED = 20;

/** The other places and errors with the cause of a finding: `read EISDIR at zip+0xa4c2`. */
export function alsoOf(of: SweepCase, cases: readonly SweepCase[], siteOf: (of: SweepCase) => Site): string[] {
  const textOf = (one: SweepCase): string => {
    const { syscall, stack } = siteOf(one);
    const fault = one.faults.at(-1)!;
    const lasts = fault.way === 'persistent' ? ' for good' : '';
    return `${syscall} ${errorOf(fault)}${lasts}${placeText(stack)}`;
  };
  const own = textOf(of);
  const others = [...new Set(cases.map(textOf))].filter((text) => text !== own);
  const more = others.length - MAX_NAMED;
  return more > 0 ? [...others.slice(0, MAX_NAMED), `${more} more`] : others;
}

function placeText(stack: Site['stack']): string {
  const frame = ownFrame(stack);
  if (frame === undefined) return '';
  const { file, symbol, offset, address, source } = frame;
  if (source !== undefined) return ` at ${path.basename(source)}`;
  return symbol === undefined
    ? ` at ${path.basename(file)}+0x${address.toString(16)}`
    : ` at ${symbol}+0x${offset.toString(16)}`;
}
