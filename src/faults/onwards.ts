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
  readonly #begun: Begun[] = [];

  /** The calls that may meet one of these faults at some time, by number. */
  static callsOf(faults: readonly RecordedFault[]): number[] {
    const errors = faults.filter(({ onwards }) => onwards).map(({ fault: { error } }) => error);
    return errors.flatMap((error) => (error === undefined ? [] : [...callsThatMayMeet(`${error}`)]));
  }

  get any(): boolean {
    return this.#begun.length > 0;
  }

  /** It has come to its coordinate. What lasts is an error; a death or a short transfer does not. */
  begin(recorded: RecordedFault): void {
    const { onwards, fault, syscall } = recorded;
    if (!onwards || fault.error === undefined || this.#begun.some((begun) => begun.recorded === recorded)) return;
    const error = `${fault.error}`;
    // A device that fails, fails the calls of one name.
    this.#begun.push({ recorded, error, only: error === 'EIO' ? syscall : undefined, calls: callsThatMayMeet(error) });
  }

  /** What a call meets that comes after. What the program says about it gets through: stderr is rarely where the fault is. */
  metBy(facts: CallFacts): readonly RecordedFault[] {
    return this.#begun.filter((begun) => isMetBy(begun, facts)).map(({ recorded }) => recorded);
  }
}

/** A fault that lasts, from its coordinate on. */
interface Begun {
  readonly recorded: RecordedFault;
  readonly error: string;
  /** The one call that meets it; undefined: all of those. */
  readonly only: string | undefined;
  readonly calls: ReadonlySet<number>;
}

function isMetBy({ error, only, calls }: Begun, facts: CallFacts): boolean {
  if (!calls.has(facts.call.nr) || (only !== undefined && only !== facts.name) || facts.fd === STDERR) return false;
  return isLikely(facts.name, error, () => facts.situation());
}

/** By error: the calls for which it is likely in some situation. To go through the catalogue takes longer than to run a program. */
const known = new Map<string, ReadonlySet<number>>();

function callsThatMayMeet(error: string): ReadonlySet<number> {
  const calls = known.get(error) ?? findCalls(error);
  known.set(error, calls);
  return calls;
}

function findCalls(error: string): Set<number> {
  const names = cataloguedSyscalls().filter((name) => errorsEver(name, 'likely').includes(error));
  return new Set(names.map(syscallNumber).filter((number) => number !== undefined));
}
