import path from 'node:path';
import type { CaseClass, CaseFault, Site } from '../../../model/sweep.ts';
import type { SweepCaseResult } from '../case-result.ts';
import { ownFrame } from '../sites.ts';
import { errorOf } from './cause.ts';
import { isInterpreter } from './interpreters.ts';

/**
 * A finding in one sentence: `save() takes a failed write (ENOSPC) for a success`.
 *
 * @param file what the call is on, if it is a file
 */
export function titleOf(
  { class: of, failedChild, verdict }: Pick<SweepCaseResult, 'class' | 'failedChild' | 'verdict'>,
  fault: CaseFault,
  site: Site,
  file?: string,
): string {
  const program = path.basename(site.program);
  // Of a script it is the file that says which line it may be.
  const isScript = isInterpreter(program);
  const symbol = isScript ? undefined : ownFrame(site.stack)?.symbol;
  const on = isScript && file !== undefined ? ` of ${file}` : '';
  const who = symbol === undefined ? program : calledName(symbol);
  const at = symbol === undefined ? '' : ` in ${who}`;
  if (failedChild !== undefined && (of === 'corrupted' || of === 'damaged')) {
    return `${path.basename(failedChild)} fails for ${errorOf(fault)} of ${site.syscall}, and who started it goes on`;
  }
  if (fault.way === 'kill') return `${program} leaves damaged files if it is killed at ${site.syscall}${at}`;
  const failing =
    fault.way === 'short' ? `${site.syscall}${at} is short` : `${site.syscall}${at} fails with ${errorOf(fault)}`;
  const when = fault.way === 'persistent' ? `${failing} for good` : failing;
  if (of === 'corrupted' && fault.way === 'short') return `${who} takes a short ${site.syscall}${on} for a whole one`;
  if (of === 'corrupted') return `${who} takes a failed ${site.syscall}${on} (${errorOf(fault)}) for a success`;
  const dead = of === 'crashed' ? deadBy(verdict.reason) : undefined;
  if (dead !== undefined && !program.includes(dead)) return `${dead} crashes when ${when} (${program})`;
  return `${program} ${VERBS[of] ?? of} when ${when}`;
}

/** A process that died need not be the one that met the fault. The name of a process is cut after 15 bytes. */
function deadBy(reason: string): string | undefined {
  return path.basename(/^(.+?) was killed by /.exec(reason)?.[1] ?? '') || undefined;
}

const VERBS: Partial<Record<CaseClass, string>> = {
  damaged: 'leaves damaged files',
  crashed: 'crashes',
  hung: 'hangs',
  spinning: 'repeats it without end',
  silent: 'fails without a word',
};

/** `save()`; of C++, without the types: `Store::save(int) const` is `Store::save()`. */
function calledName(symbol: string): string {
  const end = symbol.lastIndexOf(')');
  if (end < 0 || symbol.includes('::', end)) return `${symbol}()`;
  let start = end;
  for (let depth = 1; depth > 0 && start > 0; ) {
    start--;
    if (symbol[start] === ')') depth++;
    else if (symbol[start] === '(') depth--;
  }
  return `${symbol.slice(0, start)}()`;
}
