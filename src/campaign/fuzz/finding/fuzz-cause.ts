import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CaseFault, Site } from '../../../model/sweep.ts';
import type { Cause } from '../../case-maker.ts';
import { digestOf } from '../../sweep/digest.ts';
import { causeOf } from '../../sweep/finding/cause.ts';
import { ownFrame } from '../../sweep/sites.ts';
import { isStrike } from '../faults-in-words.ts';
import type { FuzzCaseResult } from '../fuzz-case.ts';
import { symptomOf } from '../symptom.ts';

const DIGITS = 8;

/**
 * What a finding is told from others by: the cause that its last fault would be if it were alone, at which other places faults must have come before, and which limits and
 * orders it needs. How many of them come to one place, and which errors those before are, makes no other cause.
 *
 * @param input the directory that the command runs in: a file of it has the same name in each run
 */
export function causeOfAdversity(
  result: Pick<FuzzCaseResult, 'adversity' | 'sites' | 'files' | 'verdict' | 'failedChild'>,
  input: string,
): Cause {
  const { adversity, sites, verdict } = result;
  const { faults, limits, switches } = adversity;
  const [last, site] = [faults.at(-1), sites.at(-1)];
  const alone =
    last && site && isStrike(last) ? causeOf(last, site, result, inputFile(result.files.at(-1), input)) : undefined;
  const before = [...new Set(faults.slice(0, -1).map((fault, index) => placeOf(fault, sites[index])))];
  const others = [
    ...before.filter((place) => !last || place !== placeOf(last, site)).sort(),
    ...(last && !alone ? [placeOf(last, site)] : []),
    ...limits.map(({ of }) => `at most so many ${of}`),
    ...(switches.length > 0 ? ['another order'] : []),
  ];
  return {
    key: JSON.stringify([alone?.key ?? '', ...others]),
    id: alone && others.length === 0 ? alone.id : digestOf(verdict.class, alone?.id ?? '', others).slice(0, DIGITS),
    symptom: symptomOf(verdict),
    isBlurred: faults.length === 1 && last?.way === 'persistent',
  };
}

/** By names: it outlives edits elsewhere. */
function placeOf(fault: CaseFault, site: Site | undefined): string {
  const what = isStrike(fault) ? '' : fault.fault.replace(/\d+ms$/, '');
  return [what, fault.syscall, path.basename(site?.program ?? ''), ownFrame(site?.stack ?? [])?.symbol ?? ''].join(' ');
}

function inputFile(file: string | null | undefined, input: string): string | undefined {
  if (!file || path.isAbsolute(file)) return undefined;
  return existsSync(path.join(input, file)) ? file : undefined;
}
