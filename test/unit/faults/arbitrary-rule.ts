import fc from 'fast-check';
import type { CallFault, Fault, Rule, Selector } from '../../../src/faults/rule.ts';
import {
  CORRUPT_MODES,
  COUNT_SCOPES,
  FAULT_STARTS,
  FD_KINDS,
  REALISM_LEVELS,
  RESULT_OPERATORS,
} from '../../../src/faults/rule.ts';
import { PURE_SYSCALLS } from '../../../src/faults/strace-names.ts';
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

const call: fc.Arbitrary<CallFault> = fc.oneof(
  fc.record({ kind: fc.constant('error' as const), errno }),
  fc.record({ kind: fc.constant('after' as const), errno }),
  fc.record({ kind: fc.constant('retval' as const), value: word }),
  fc.record({ kind: fc.constant('short' as const), bytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) }),
  fc.record({ kind: fc.constant('short' as const), fraction }),
  fc.record({ kind: fc.constant('lost' as const) }),
  fc.constantFrom<CallFault[]>(
    { kind: 'quirk', name: 'spurious-wakeup' },
    { kind: 'quirk', name: 'clock-back', detail: '1.5s,all' },
    { kind: 'quirk', name: 'clock-stands', detail: 'wall' },
  ),
  fc.record({ kind: fc.constant('kill' as const), moment: fc.constantFrom('before' as const, 'after' as const) }),
);

const pokes = fc.uniqueArray(
  fc.record({
    arg: fc.integer({ min: 1, max: 7 }),
    hex: fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
  { selector: ({ arg }) => arg, maxLength: 4 },
);

const faultParts: Arbitraries<Fault> = {
  call,
  substitute: fc.constantFrom(...PURE_SYSCALLS),
  signal: fc.integer({ min: 1, max: 64 }).map((signal) => signalNameOf(signal)!),
  delayEnterNs: time,
  delayExitNs: time,
  pokeEnter: pokes,
  pokeExit: pokes,
  corrupt: fc.record({
    amount: fc.integer({ min: 1, max: 9999 }),
    unit: fc.constantFrom('bit' as const, 'byte' as const),
    mode: fc.constantFrom(...CORRUPT_MODES),
  }),
};

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
    fault: fc.record(faultParts, { requiredKeys: [] }),
    semantics: fc.constantFrom('kernel' as const, 'strace' as const),
    from: fc.constantFrom(...FAULT_STARTS),
    realism: fc.constantFrom(...REALISM_LEVELS),
  })
  .map(makeSayable)
  .filter(({ fault }) => Object.keys(fault).some((key) => key !== 'substitute'));

/** Leaves out what can't be said together. */
function makeSayable(rule: Rule): Rule {
  const { corrupt, ...fault } = rule.fault;
  const happens = fault.call === undefined || fault.call.kind === 'short' || fault.call.kind === 'after';
  const { result, ...selector } = rule.selector;
  const late =
    fault.signal === undefined &&
    fault.delayEnterNs === undefined &&
    fault.pokeEnter === undefined &&
    (fault.call === undefined ||
      fault.call.kind === 'after' ||
      (fault.call.kind === 'kill' && fault.call.moment === 'after'));
  return {
    ...rule,
    fault: happens && corrupt !== undefined ? { ...fault, corrupt } : fault,
    selector: late && result !== undefined ? { ...selector, result } : selector,
  };
}
