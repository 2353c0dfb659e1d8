import { type CallCondition, compileConditions } from '../../../faults/call-conditions.ts';
import type { CallFacts } from '../../../faults/call-facts.ts';
import { ruleFromJson } from '../../../faults/rule-json.ts';
import type { Selector } from '../../../faults/selector.ts';
import type { CallConditions } from '../../../model/scenario.ts';
import { parseSyscallSet } from '../../../syscalls/select.ts';
import type { CallWatcher } from './call-watcher.ts';

/** A call that meets the conditions of a selector: it happens before it is made, so that it is the first in the phase. */
export class CallTrigger implements CallWatcher {
  readonly numbers: ReadonlySet<number>;
  readonly #selector: Selector;
  #conditions: readonly CallCondition[] = [];

  constructor(conditions: CallConditions) {
    // A rule has a fault: this one is never injected.
    this.#selector = ruleFromJson({ ...conditions, error: 'EIO' } as Parameters<typeof ruleFromJson>[0]).selector;
    this.numbers = new Set(parseSyscallSet(this.#selector.syscalls).numbers());
    this.beginIn('/');
  }

  beginIn(directory: string): void {
    this.#conditions = compileConditions(this.#selector, directory);
  }

  onEntry(facts: CallFacts): 'now' | undefined {
    return this.#conditions.every((condition) => condition.holds(facts)) ? 'now' : undefined;
  }
}
