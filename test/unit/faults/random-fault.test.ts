import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenPipes } from '../../../src/faults/aftermaths/broken-pipe.ts';
import type { CallFacts } from '../../../src/faults/call-facts.ts';
import { decisionKey } from '../../../src/faults/decisions.ts';
import type { FaultSettings } from '../../../src/faults/fault-plan.ts';
import { faultPlan } from '../../../src/faults/fault-plan.ts';
import type { Moment } from '../../../src/faults/kinds/moment.ts';
import { Quirks } from '../../../src/faults/quirks/index.ts';
import { randomFault } from '../../../src/faults/random-fault.ts';
import { ruleFromJson } from '../../../src/faults/rule-json.ts';
import { type FdKind, RANDOM_KINDS, type RealismLevel } from '../../../src/faults/selector.ts';
import { SignalHandlers } from '../../../src/faults/signal-handlers.ts';
import { ArgWords } from '../../../src/model/arg-words.ts';
import { syscallName, syscallNumber } from '../../../src/syscalls/syscall-table.ts';
import { Task } from '../../../src/tracer/task.ts';

interface Made {
  readonly name?: string;
  readonly fdKind?: FdKind;
  readonly length?: number;
  readonly isStream?: boolean;
  readonly isEdgeTriggered?: boolean;
  readonly isOpenForWriting?: boolean;
  readonly isCommandFile?: boolean;
  readonly nonblocking?: boolean;
  readonly realism?: RealismLevel;
}

/** A call made in some way: everything that a random fault looks at. */
function moment(made: Made, seed: number, ordinal: number): Moment {
  const { name = 'read', fdKind = 'file', length = 100, realism = 'likely', nonblocking = false } = made;
  const words = new Uint32Array(12);
  words[2] = 0x1000;
  words[4] = length;
  const read = (_: number, size: number) => new Uint8Array(size);
  const call = { task: new Task(1, 1, '0'), nr: syscallNumber(name)!, args: new ArgWords(words), ordinal, read };
  const descriptor = {
    kind: fdKind,
    fd: 3,
    isStream: made.isStream ?? true,
    isEdgeTriggered: made.isEdgeTriggered ?? false,
    isCommandFile: made.isCommandFile ?? false,
    isOpenForWriting: made.isOpenForWriting ?? false,
  };
  const situation = { fdKind, nonblocking, hasTimeout: false, canBlock: false };
  const facts = { call, name, fd: 3, fdKind, descriptor, situation: () => situation } as unknown as CallFacts;
  const key = decisionKey(seed, 'byzantine', '0');
  const handlers = new SignalHandlers();
  return {
    call: facts.call,
    facts,
    semantics: 'kernel',
    realism,
    deliberate: false,
    key,
    ordinal,
    handlers,
    brokenPipes: new BrokenPipes(),
    quirks: new Quirks([], seed),
  };
}

/** The words of all faults that calls made this way meet, over many ordinals. */
function faultsOf(made: Made, kinds: readonly (typeof RANDOM_KINDS)[number][] = RANDOM_KINDS): Set<string> {
  const source = randomFault({ kinds, errors: undefined });
  const seen = new Set<string>();
  for (let ordinal = 1; ordinal <= 300; ordinal++) {
    const fault = source.choose(moment(made, 1, ordinal))?.fault;
    if (fault?.error !== undefined) seen.add(`${fault.error}`);
    else if (fault) seen.add(Object.keys(fault)[0]!.replace('delay_enter', 'delay'));
  }
  return seen;
}

describe('a random fault', () => {
  it('is the same again for the same seed and call', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1 }),
        fc.constantFrom('read', 'write', 'openat', 'close'),
        (seed, ordinal, name) => {
          const source = randomFault({ kinds: RANDOM_KINDS, errors: undefined });
          const choose = () => source.choose(moment({ name, isOpenForWriting: true }, seed, ordinal))?.fault;
          expect(choose()).toEqual(choose());
        },
      ),
    );
  });

  it('keeps to what the call can meet', () => {
    expect(faultsOf({})).toEqual(new Set(['EIO', 'short', 'retval', 'corrupt', 'delay']));
    expect(faultsOf({ name: 'write', isCommandFile: true })).toEqual(
      new Set(['EIO', 'ENOSPC', 'EDQUOT', 'corrupt', 'delay']),
    );
    expect(faultsOf({ fdKind: 'socket', isStream: false }, ['short', 'retval', 'corrupt'])).toEqual(new Set());
    expect(faultsOf({ length: 1 }, ['short'])).toEqual(new Set());
    expect(faultsOf({ name: 'close' }, ['error'])).toEqual(new Set());
    expect(faultsOf({ name: 'close', isOpenForWriting: true }, ['error'])).toEqual(
      new Set(['EIO', 'ENOSPC', 'EDQUOT']),
    );
  });

  it('does not tell a program that waits for edges that there is nothing, or less than there is', () => {
    const socket: Made = { fdKind: 'socket', nonblocking: true };
    expect(faultsOf(socket, ['error', 'short'])).toEqual(new Set(['EAGAIN', 'ECONNRESET', 'ETIMEDOUT', 'short']));
    expect(faultsOf({ ...socket, isEdgeTriggered: true }, ['error', 'short'])).toEqual(
      new Set(['ECONNRESET', 'ETIMEDOUT']),
    );
  });

  it('is short by at least one byte, and moves at least one', () => {
    const source = randomFault({ kinds: ['short'], errors: undefined });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1 << 20 }), fc.nat(), (length, ordinal) => {
        const { bytes } = source.choose(moment({ length }, 1, ordinal))!.fault.short as { bytes: number };
        expect(bytes >= 1 && bytes < length).toBe(true);
      }),
    );
  });
});

describe('the plan of random faults', () => {
  const names = (settings: NonNullable<FaultSettings['byzantine']>): string[] =>
    faultPlan({ byzantine: { rate: 0.1, ...settings } }, 1)!.rules[0]!.numbers.map(syscallName);

  it('arms only calls that can meet one', () => {
    expect(names({ kinds: ['short'] })).toEqual(expect.arrayContaining(['read', 'write', 'getdents64']));
    expect(names({ kinds: ['short'] })).not.toContain('openat');
    expect(names({ kinds: ['error'], errors: ['ENOSPC'] })).toContain('write');
    expect(names({ kinds: ['error'], errors: ['ENOSPC'] })).not.toContain('read');
    expect(names({ syscalls: ['read', '%network'], kinds: ['error'] })).not.toContain('write');
  });

  it('begins where it is told to, and rules that say where they begin keep that', () => {
    const rules = [
      ruleFromJson({ syscall: 'read', error: 'EIO' }),
      ruleFromJson({ syscall: 'read', error: 'EIO', from: 'entry' }),
    ];
    const begins = (faultsFrom: FaultSettings['faultsFrom']): unknown[] =>
      faultPlan({ rules, byzantine: { rate: 1 }, bugs: ['close-fails'], faultsFrom }, 1)!.rules.map(({ rule }) => [
        rule.from,
        rule.selector.afterTimeNs,
      ]);
    const usual = ['entry', undefined];
    expect(begins(undefined)).toEqual([usual, usual, usual, usual]);
    expect(begins('exec')).toEqual([['exec', undefined], usual, ['exec', undefined], ['exec', undefined]]);
    expect(begins(2000)).toEqual([['exec', 2e9], usual, ['exec', 2e9], ['exec', 2e9]]);
    const namesOf = (faultsFrom: FaultSettings['faultsFrom']): string[] =>
      faultPlan({ rules, faultsFrom }, 1)!.rules.map(({ name }) => name);
    expect(namesOf('exec')).toEqual(namesOf(undefined));
  });
});
