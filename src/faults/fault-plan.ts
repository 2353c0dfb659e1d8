import { parseSyscallSet } from '../syscalls/select.ts';
import type { FaultPlan } from './fault-policy.ts';
import { ruleNames } from './rule-identity.ts';
import { type RuleJson, ruleFromJson } from './rule-json.ts';

/** The plan of a run for the rules of its configuration. Errors: BAD_FAULT_RULE, BAD_SYSCALL_SET. */
export function faultPlan(rules: readonly RuleJson[], seed: number): FaultPlan {
  const parsed = rules.map(ruleFromJson);
  const names = ruleNames(parsed);
  return {
    seed,
    rules: parsed.map((rule, index) => ({
      rule,
      name: names[index]!,
      numbers: parseSyscallSet(rule.selector.syscalls).numbers(),
    })),
  };
}
