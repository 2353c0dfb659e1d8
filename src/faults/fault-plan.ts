import { RenacerError } from '../model/errors.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { syscallName } from '../syscalls/syscall-table.ts';
import { parseBug } from './bugs/parse-bug.ts';
import { BadField } from './field.ts';
import type { Fault } from './kinds/index.ts';
import { amongErrors, learnFrom } from './learned.ts';
import { canMeet, type RandomFaults, type RandomSettings } from './random-kinds.ts';
import type { Rule } from './rule.ts';
import { BUG_PREFIX, numbered, RANDOM_RULE, ruleNames } from './rule-identity.ts';
import { setText } from './rule-json.ts';
import { type Conditions, type FaultStart, RANDOM_KINDS } from './selector.ts';

const NS_PER_MS = 1e6;

/** What a rule injects: its own fault, or one that is drawn for each call. */
export type Inject =
  | { readonly kind: 'fixed'; readonly fault: Fault }
  | { readonly kind: 'random'; readonly faults: RandomFaults };

/** A rule with the numbers that its set of system calls stands for. */
export interface PlannedRule {
  readonly rule: Conditions;
  /** By which its decisions are drawn and its faults are recorded. */
  readonly name: string;
  readonly numbers: readonly number[];
  readonly inject: Inject;
}

/** All that the engine injects in a run: it can be sent to a worker. */
export interface FaultPlan {
  readonly seed: number;
  readonly rules: readonly PlannedRule[];
}

/** What a configuration asks of the engine. */
export interface FaultSettings {
  readonly rules?: readonly Rule[] | undefined;
  readonly byzantine?: RandomSettings | undefined;
  /** Simulated bugs, `NAME[:...]`. */
  readonly bugs?: readonly string[] | undefined;
  /** Where a rule does not say it: at exec, at the program's entry point, or so many milliseconds after the start. */
  readonly faultsFrom?: FaultStart | number | undefined;
}

/** The plan of a run; undefined if nothing is asked for. Errors: BAD_FAULT_RULE, BAD_SYSCALL_SET, UNKNOWN_BUG, BAD_BUG, BAD_LEARNED. */
export function faultPlan(settings: FaultSettings, seed: number): FaultPlan | undefined {
  const { rules = [], byzantine, bugs = [], faultsFrom } = settings;
  const planned = [
    ...plannedRules(rules, faultsFrom),
    ...plannedBugs(bugs, faultsFrom),
    ...(byzantine ? [plannedRandom(byzantine, faultsFrom)] : []),
  ];
  return planned.length > 0 ? { seed, rules: planned } : undefined;
}

function plannedRules(rules: readonly Rule[], faultsFrom: FaultSettings['faultsFrom']): PlannedRule[] {
  const names = ruleNames(rules);
  return rules.map((rule, index) => plannedRule(rule, names[index]!, faultsFrom));
}

function plannedBugs(texts: readonly string[], faultsFrom: FaultSettings['faultsFrom']): PlannedRule[] {
  const bugs = texts.map(parseBug);
  const names = numbered(bugs.map(({ name }) => BUG_PREFIX + name));
  return bugs.map(({ rule }, index) => plannedRule(rule, names[index]!, faultsFrom));
}

function plannedRule(
  { fault, from, ...conditions }: Rule,
  name: string,
  faultsFrom: FaultSettings['faultsFrom'],
): PlannedRule {
  return {
    rule: from === undefined ? beginning(conditions, faultsFrom) : { ...conditions, from },
    name,
    numbers: parseSyscallSet(conditions.selector.syscalls).numbers(),
    inject: { kind: 'fixed', fault },
  };
}

function plannedRandom(settings: RandomSettings, faultsFrom: FaultSettings['faultsFrom']): PlannedRule {
  const { rate = 0, syscalls, kinds = RANDOM_KINDS, errors, learnedFrom } = settings;
  const learned =
    settings.realism === 'learned' && learnedFrom !== undefined
      ? amongErrors(learnFrom(learnedFrom), errors, learnedFrom)
      : undefined;
  const realism = settings.realism === 'any' ? 'any' : 'likely';
  const faults: RandomFaults = { kinds, errors, ...(learned && { learned }) };
  const set = syscalls === undefined ? 'all' : joined(syscalls);
  const rule: Omit<Conditions, 'from'> = {
    selector: { syscalls: set, probability: rate, count: 'task' },
    semantics: 'kernel',
    realism,
  };
  return {
    rule: beginning(rule, faultsFrom),
    name: RANDOM_RULE,
    numbers: parseSyscallSet(set)
      .numbers()
      .filter((nr) => canMeet(syscallName(nr), faults, realism)),
    inject: { kind: 'random', faults },
  };
}

/** The conditions of a rule that begins when the settings say it. */
function beginning(rule: Omit<Conditions, 'from'>, from: FaultSettings['faultsFrom'] = 'entry'): Conditions {
  if (typeof from !== 'number') return { ...rule, from };
  const afterTimeNs = Math.max(rule.selector.afterTimeNs ?? 0, from * NS_PER_MS);
  return { ...rule, from: 'exec', selector: { ...rule.selector, afterTimeNs } };
}

function joined(syscalls: readonly string[]): string {
  try {
    return setText(syscalls);
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw new RenacerError('BAD_SYSCALL_SET', `invalid byzantine.syscalls ${JSON.stringify(syscalls)}`, {
      hint: error.message,
    });
  }
}
