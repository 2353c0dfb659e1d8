import type { Fault } from './kinds/index.ts';
import type { FaultStart, RealismLevel, Selector } from './selector.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A rule in the making: what the readers of fields fill in. */
export interface RuleDraft {
  readonly selector: Mutable<Selector>;
  readonly fault: Mutable<Fault>;
  semantics: 'kernel' | 'strace';
  from?: FaultStart;
  realism: RealismLevel;
}
