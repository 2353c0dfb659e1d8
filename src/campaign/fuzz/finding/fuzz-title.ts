import path from 'node:path';
import type { FuzzClass } from '../../../model/fuzz.ts';
import { titleOf } from '../../sweep/finding/title.ts';
import { faultBefore, isStrike, restInWords } from '../faults-in-words.ts';
import type { FuzzCaseResult } from '../fuzz-case.ts';

/** A finding in one sentence: `save() takes a failed rename (EIO) for a success, after fsync failed with EIO`. */
export function fuzzTitle(
  result: Pick<FuzzCaseResult, 'class' | 'verdict' | 'failedChild' | 'adversity' | 'sites' | 'files'>,
): string {
  const { adversity, sites, class: kind, verdict, failedChild } = result;
  const last = adversity.faults.at(-1);
  const site = sites.at(-1);
  const rest = [...new Set(restInWords(adversity))];
  const after = rest.length === 0 ? '' : `, after ${rest.join(' and ')}`;
  if (last && site && isStrike(last)) {
    return `${titleOf({ class: verdict.class, verdict, failedChild }, last, site, result.files.at(-1) ?? undefined)}${after}`;
  }
  const who = site === undefined || site.program === '' ? 'the command' : path.basename(site.program);
  const all = [...rest, ...(last ? [faultBefore(last)] : [])];
  return `${who} ${VERBS[kind]} with ${all.join(' and ')}`;
}

const VERBS: Readonly<Record<FuzzClass, string>> = {
  tolerated: 'goes on',
  graceful: 'fails',
  corrupted: 'gives other results',
  damaged: 'leaves damaged files',
  crashed: 'crashes',
  hung: 'hangs',
  spinning: 'repeats a call without end',
  silent: 'fails without a word',
  flaky: 'fails now and then',
};
