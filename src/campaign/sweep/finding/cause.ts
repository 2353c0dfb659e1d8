import path from 'node:path';
import type { StackFrame } from '../../../model/stack-frame.ts';
import type { CaseFault, Site } from '../../../model/sweep.ts';
import type { Cause } from '../../case-maker.ts';
import type { SweepCaseResult } from '../case-result.ts';
import { digestOf } from '../digest.ts';
import { isOfLibc, ownFrame } from '../sites.ts';
import { isInterpreter } from './interpreters.ts';

const DIGITS = 8;

/**
 * What a finding is told from others by: the function that made the call, and in which way it failed. Which error that was makes no
 * other cause: who does not look at a result does not look at any. Where the program itself has failed for it, it is that somebody went on all the same.
 * All lines of a script come to the same functions of its interpreter: the files that it is given tell them apart.
 *
 * @param fault the last of the case: the one that was not borne
 * @param file what the call is on, if it is a file of the input
 */
export function causeOf(
  fault: CaseFault,
  site: Site,
  { verdict, failedChild }: Pick<SweepCaseResult, 'verdict' | 'failedChild'>,
  file?: string,
): Cause {
  const kind = kindOf(fault);
  const { class: of, reason } = verdict;
  const symptom = reason.replace(/\d[\d.,]*/g, '#');
  // What lasts meets many calls, and any of them may be the one that is not borne.
  const isBlurred = fault.way === 'persistent';
  if (failedChild !== undefined) {
    const child = ['child', path.basename(failedChild)];
    return { key: JSON.stringify(child), id: idOf(of, ...child), symptom, isBlurred };
  }
  const program = path.basename(site.program);
  const files = file !== undefined && isInterpreter(program) ? [file] : [];
  return {
    key: JSON.stringify([kind, site.syscall, site.program, handlerOf(site.stack), ...files]),
    id: idOf(of, kind, site.syscall, errorOf(fault), program, shapeOf(site.stack), ...files),
    symptom,
    isBlurred,
  };
}

function idOf(...values: readonly (string | readonly unknown[])[]): string {
  return digestOf(...values).slice(0, DIGITS);
}

/** `error=ENOSPC` -> `ENOSPC`; `short`, `kill`. */
export function errorOf({ way, fault }: CaseFault): string {
  if (way === 'short' || way === 'kill') return way;
  return /^error=(\w+)/.exec(fault)?.[1] ?? fault;
}

/** An error that stays is ignored as one that does not. */
function kindOf({ way }: CaseFault): 'error' | 'short' | 'kill' {
  return way === 'once' || way === 'persistent' ? 'error' : way;
}

function handlerOf(stack: readonly StackFrame[]): readonly (string | number)[] {
  const frame = ownFrame(stack);
  return frame ? [frame.file, frame.symbol ?? frame.address] : [];
}

/** The functions on the way to a call, by name; those without one by how many follow each other in which file. */
function shapeOf(stack: readonly StackFrame[]): readonly (readonly [string, string | number])[] {
  const shape: [string, string | number][] = [];
  for (const { file, symbol } of stack.filter((frame) => !isOfLibc(frame))) {
    const name = path.basename(file);
    const last = shape.at(-1);
    if (symbol !== undefined) shape.push([name, symbol]);
    else if (last?.[0] === name && typeof last[1] === 'number') last[1]++;
    else shape.push([name, 1]);
  }
  return shape;
}
