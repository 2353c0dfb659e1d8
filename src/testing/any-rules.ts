import fc from 'fast-check';
import type { FaultRule } from '../chaos/settings.ts';
import type { Rule } from '../faults/rule.ts';
import { ruleFromJson } from '../faults/rule-json.ts';
import { SHORT_IO } from '../faults/short-io.ts';
import { errorsOfCall } from './common-errors.ts';

export interface RulesConstraints {
  /** Names of system calls that rules are about; by default those that most programs make. */
  readonly syscalls?: readonly string[];
  /** 0 by default. */
  readonly minLength?: number;
  /** 3 by default. */
  readonly maxLength?: number;
}

/** What most programs call. */
const COMMON_CALLS: readonly string[] =
  'read write openat close fsync rename unlink newfstatat mmap connect recvfrom sendto'.split(' ');
const MOST_RULES = 3;
const LATEST_CALL = 20;
const LONGEST_DELAY_MS = 100;
/** No call may meet more. */
const MOST_ERRORS = 30;

/** In the form of the file. Throws TypeError if none of the calls may fail. */
export function anyFileRules({
  syscalls = COMMON_CALLS,
  minLength = 0,
  maxLength = MOST_RULES,
}: RulesConstraints): fc.Arbitrary<FaultRule[]> {
  const calls = syscalls.filter((name) => errorsOfCall(name).length > 0);
  if (calls.length === 0) {
    throw new TypeError(`rules: none of these is the name of a system call that may fail: ${syscalls.join(', ')}`);
  }
  const one = fc
    .tuple(fc.constantFrom(...calls), anyFault, anyCondition)
    .map(([syscall, fault, condition]): FaultRule => ({ syscall, ...fault(syscall), ...condition }));
  return fc.array(one, { minLength, maxLength });
}

export function anyRules(constraints: RulesConstraints): fc.Arbitrary<readonly Rule[]> {
  return anyFileRules(constraints).map((rules) => rules.map(ruleFromJson));
}

/** One that any of the calls may have: which of its errors, by how common they are; it need not be one that the call can meet. */
const anyFault: fc.Arbitrary<(syscall: string) => Partial<FaultRule>> = fc.oneof(
  { withCrossShrink: true },
  fc.nat(MOST_ERRORS).map((index) => (syscall: string) => errorOf(syscall, index)),
  fc.integer({ min: 1, max: LONGEST_DELAY_MS }).map((ms) => () => ({ delay_enter: `${ms}ms` })),
  fc.integer({ min: 1, max: 9 }).map((tenths) => (syscall: string) => {
    return SHORT_IO[syscall] === undefined ? errorOf(syscall, 0) : { short: (10 - tenths) / 10 };
  }),
);

const anyCondition = fc.record(
  {
    when: fc.integer({ min: 1, max: LATEST_CALL }).map(String),
    probability: fc.nat(100).map((percent) => percent / 100),
  },
  { requiredKeys: [] },
);

function errorOf(syscall: string, index: number): Partial<FaultRule> {
  const errors = errorsOfCall(syscall);
  return { error: errors[index % errors.length]! };
}
