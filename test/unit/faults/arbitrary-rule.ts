import fc from 'fast-check';
import { CORRUPT_MODES } from '../../../src/faults/corrupt.ts';
import type { Fault } from '../../../src/faults/kinds/index.ts';
import { PURE_SYSCALLS } from '../../../src/faults/kinds/syscall.ts';
import type { Rule } from '../../../src/faults/rule.ts';
import {
  COUNT_SCOPES,
  FAULT_STARTS,
  FD_KINDS,
  REALISM_LEVELS,
  RESULT_OPERATORS,
  type Selector,
} from '../../../src/faults/selector.ts';
import type { When } from '../../../src/faults/when.ts';
import { signalNameOf } from '../../../src/syscalls/signals.ts';

/** Arbitrary rules in their one canonical form: every rule that the grammar can say, and nothing that it can't. */

type Arbitraries<T> = { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> };

const word = fc.bigInt(0n, 2n ** 64n - 1n);
const errno = fc.constantFrom('EIO', 'ENOSPC', 'EINTR', 'ERESTARTSYS', 4095, 41);
const time = fc.oneof(
  fc.nat(5000),
  fc.nat(5000).map((ms) => ms * 1e6),
  fc.maxSafeNat(),
);
const fraction = fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true });

export const arbitraryWhen: fc.Arbitrary<When> = fc
  .tuple(fc.integer({ min: 1, max: 65535 }), fc.option(fc.nat(65533)), fc.integer({ min: 1, max: 65535 }))
  .filter(([first, span]) => span === null || span === 0 || first + span <= 65534)
  .map(([first, span, step]) => {
    const last = span === null ? undefined : first + span;
    return { first, last, step: last === first ? 1 : step };
  });

/** What becomes of the call itself: one of these. */
const calls: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ error: errno }),
  fc.record({ after: errno }),
  fc.record({ retval: word }),
  fc.record({ short: fc.record({ bytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) }) }),
  fc.record({ short: fc.record({ fraction }) }),
  fc.record({ lost: fc.constant(true as const) }),
  fc.record({
    quirk: fc.constantFrom<NonNullable<Fault['quirk']>[]>(
      { name: 'spurious-wakeup' },
      { name: 'clock-back', detail: '1.5s,all' },
      { name: 'clock-jump', detail: '2038-01-19T03:14:07Z,wall' },
      { name: 'clock-stands', detail: 'wall' },
    ),
  }),
  fc.record({ kill: fc.constantFrom('before' as const, 'after' as const) }),
);

const pokes = fc.uniqueArray(
  fc.record({
    arg: fc.integer({ min: 1, max: 7 }),
    hex: fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
  { selector: ({ arg }) => arg, maxLength: 4 },
);

type CallWord = 'error' | 'after' | 'retval' | 'short' | 'lost' | 'quirk' | 'kill';

const otherParts: Arbitraries<Omit<Fault, CallWord>> = {
  syscall: fc.constantFrom(...PURE_SYSCALLS),
  signal: fc.integer({ min: 1, max: 64 }).map((signal) => signalNameOf(signal)!),
  delay_enter: time,
  delay_exit: time,
  poke_enter: pokes,
  poke_exit: pokes,
  corrupt: fc.record({
    amount: fc.integer({ min: 1, max: 9999 }),
    unit: fc.constantFrom('bit' as const, 'byte' as const),
    mode: fc.constantFrom(...CORRUPT_MODES),
  }),
};

const arbitraryFault: fc.Arbitrary<Fault> = fc
  .tuple(fc.oneof(fc.constant<Fault>({}), calls), fc.record(otherParts, { requiredKeys: [] }))
  .map(([call, others]) => ({ ...call, ...others }));

/** Globs as rules hold them: no backslash before a colon, none at the end. */
const glob = fc
  .array(fc.constantFrom('/', 'etc', '*', '?', '[a-z]', '\\*', '\\\\', ':', 'ü', ' ', '=', ','), { minLength: 1 })
  .map((parts) => parts.join(''));

const selectorParts: Arbitraries<Omit<Selector, 'syscalls' | 'count'>> = {
  when: arbitraryWhen,
  probability: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
  times: fc.integer({ min: 1, max: 100 }),
  path: glob,
  fd: fc.oneof(fc.nat(), fc.constantFrom(...FD_KINDS)),
  args: fc.array(
    fc.record({
      arg: fc.integer({ min: 1, max: 6 }),
      test: fc.constantFrom('any-bit' as const, 'equal' as const),
      value: word,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  result: fc.record({ operator: fc.constantFrom(...RESULT_OPERATORS), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  comm: fc.string({ minLength: 1, maxLength: 3 }).filter((text) => Buffer.byteLength(text) <= 15),
  task: fc.constantFrom('0', '0.1', '0.12.3'),
  afterTimeNs: time,
  beforeTimeNs: time,
};

export const arbitraryRule: fc.Arbitrary<Rule> = fc
  .record({
    selector: fc
      .tuple(
        fc.record({
          syscalls: fc.constantFrom('read', 'read,write', '%network', '!futex', '/^open', 'all', '?foo,close'),
          count: fc.constantFrom(...COUNT_SCOPES),
        }),
        fc.record(selectorParts, { requiredKeys: [] }),
      )
      .map(([fixed, parts]): Selector => ({ ...fixed, ...parts })),
    fault: arbitraryFault,
    semantics: fc.constantFrom('kernel' as const, 'strace' as const),
    realism: fc.constantFrom(...REALISM_LEVELS),
    from: fc.option(fc.constantFrom(...FAULT_STARTS), { nil: undefined }),
  })
  .map(({ from, ...rule }): Rule => ({ ...rule, ...(from && { from }) }))
  .map(makeSayable)
  .filter(({ fault }) => Object.keys(fault).some((key) => key !== 'syscall'));

/** Leaves out what can't be said together. */
function makeSayable(rule: Rule): Rule {
  const { corrupt, ...fault } = rule.fault;
  const { error, retval, lost, kill, quirk } = fault;
  const happens = [error, retval, lost, kill, quirk].every((part) => part === undefined);
  const { result, ...selector } = rule.selector;
  const isEarly = [error, retval, lost, quirk, fault.short, fault.signal, fault.delay_enter, fault.poke_enter].some(
    (part) => part !== undefined,
  );
  const late = !isEarly && kill !== 'before';
  return {
    ...rule,
    fault: happens && corrupt !== undefined ? { ...fault, corrupt } : fault,
    selector: late && result !== undefined ? { ...selector, result } : selector,
  };
}
