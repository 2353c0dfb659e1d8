import { readlinkSync } from 'node:fs';
import { MAX_WATCHED } from '../../linux/debug-registers.ts';
import type { Task } from '../task.ts';
import { type DataCandidates, dataCandidates, partOf, partsOf, type WatchedPart } from './data-candidates.ts';
import type { MemoryAccess } from './memory-accesses.ts';
import { ModuleFacts } from './module-facts.ts';

/** So many instructions of a program are points of one run. */
const INSTRUCTIONS = 6;

/**
 * Chooses `picks` different numbers below `count` (all of them if there are no more). `what` is to be chosen, of this file: with the same
 * of both it chooses the same.
 */
export type Chooser = (file: string, what: string, count: number, picks: number) => readonly number[];

/** The points of one process, with addresses in its memory. */
export interface DataPoints {
  readonly watched: readonly WatchedPart[];
  readonly accesses: readonly MemoryAccess[];
}

const candidates = new ModuleFacts(dataCandidates);

/** What is chosen of the program that a process runs: of its own file, no library. Undefined if that is stripped of its symbols. */
export function dataPointsOf({ tid }: Task, choose: Chooser): DataPoints | undefined {
  const file = programOf(tid);
  const [program] = candidates.of(tid, (name) => name === file);
  if (program?.facts === undefined) return undefined;
  const { bias, name, facts } = program;
  const moved = <Place extends { readonly address: number }>(place: Place): Place => ({
    ...place,
    address: place.address + bias,
  });
  return { watched: watchedOf(name, facts, choose).map(moved), accesses: accessesOf(name, facts, choose).map(moved) };
}

/** A large variable may have the part that matters anywhere, and often has it in front. */
function watchedOf(file: string, { variables }: DataCandidates, choose: Chooser): WatchedPart[] {
  const places = variables.flatMap((variable) => (partsOf(variable) > 1 ? [variable, variable] : [variable]));
  const isFront = (index: number): boolean => places[index - 1] !== places[index];
  return choose(file, 'variables', places.length, MAX_WATCHED).map((index) => {
    const variable = places[index]!;
    const parts = partsOf(variable);
    if (isFront(index)) return partOf(variable, 0);
    return partOf(variable, choose(file, `part of ${variable.name}`, parts, 1)[0] ?? 0);
  });
}

function accessesOf(file: string, { accesses }: DataCandidates, choose: Chooser): MemoryAccess[] {
  return choose(file, 'instructions', accesses.length, INSTRUCTIONS).map((index) => accesses[index]!);
}

/** The path of the program that a process runs; empty if it is gone. */
export function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}
