import { syscallNumber } from '../syscalls/syscall-table.ts';
import type { CallFacts } from './call-facts.ts';
import { cataloguedSyscalls } from './errno-catalogue.ts';
import { errorsEver, isLikely } from './realism.ts';
import type { RecordedFault } from './replay-file.ts';

const STDERR = 2;

/**
 * Faults that last: a full disk stays full, a table of descriptors that has no room has none for the next call either. From its
 * coordinate on such a fault comes to every call of the tree for which the same error is likely, made the way it is: for ENOSPC
 * those that write, and those that make files. A failing device fails the calls that go there, of the name that it began with.
 */
export class LastingFaults {
  readonly #begun: RecordedFault[] = [];

  /** The calls that may meet one of these faults at some time, by number. */
  static callsOf(faults: readonly RecordedFault[]): number[] {
    return faults.filter(({ onwards }) => onwards).flatMap((fault) => errorOf(fault).flatMap(callsThatMayMeet));
  }

  get any(): boolean {
    return this.#begun.length > 0;
  }

  /** It has come to its coordinate. */
  begin(fault: RecordedFault): void {
    if (fault.onwards && fault.fault.error !== undefined && !this.#begun.includes(fault)) this.#begun.push(fault);
  }

  /** What a call meets that comes after. What the program says about it gets through: stderr is rarely where the fault is. */
  metBy(facts: CallFacts): readonly RecordedFault[] {
    const possible = this.#begun.filter((fault) => errorOf(fault).some((error) => mayMeet(facts, fault, error)));
    if (possible.length === 0 || facts.fd === STDERR) return [];
    return possible.filter((fault) =>
      errorOf(fault).some((error) => isLikely(facts.name, error, () => facts.situation())),
    );
  }
}

/** What lasts is an error; a death or a short transfer does not. */
function errorOf({ fault: { error } }: RecordedFault): string[] {
  return error === undefined ? [] : [`${error}`];
}

/** A device that fails, fails the calls of one name. */
function mayMeet({ call, name }: CallFacts, { syscall }: RecordedFault, error: string): boolean {
  return (error !== 'EIO' || name === syscall) && callsThatMayMeet(error).includes(call.nr);
}

/** By error: the calls for which it is likely in some situation. To go through the catalogue takes longer than to run a program. */
const known = new Map<string, readonly number[]>();

function callsThatMayMeet(error: string): readonly number[] {
  const calls = known.get(error) ?? findCalls(error);
  known.set(error, calls);
  return calls;
}

function findCalls(error: string): number[] {
  return cataloguedSyscalls()
    .filter((name) => errorsEver(name, 'likely').includes(error))
    .map(syscallNumber)
    .filter((number) => number !== undefined);
}
