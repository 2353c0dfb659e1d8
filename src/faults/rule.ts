import type { Fault } from './kinds/index.ts';
import type { Conditions, FaultStart } from './selector.ts';

/** One line of a plan: selector + fault. Pure data, and it survives a structured clone. */
export interface Rule extends Omit<Conditions, 'from'> {
  readonly fault: Fault;
  /** Where it begins; undefined where that is for the settings of the run to say. */
  readonly from?: FaultStart;
}
