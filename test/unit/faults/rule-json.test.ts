import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/chaos/config-file.ts';
import { parseInject } from '../../../src/faults/inject-grammar.ts';
import { ruleFromJson, ruleToJson } from '../../../src/faults/rule-json.ts';
import { arbitraryRule } from './arbitrary-rule.ts';

describe('the JSON form of a rule', () => {
  it('says what the grammar says', () => {
    const json = { syscall: ['read', '%network'], path: '/etc/*', error: 'EIO', when: '3+', probability: 0.5 };
    expect(ruleFromJson(json)).toEqual(parseInject('read,%network:path=/etc/*:error=EIO:when=3+:prob=0.5'));
    expect(ruleToJson(ruleFromJson(json))).toEqual(json);
  });

  it('takes numbers where the grammar takes digits', () => {
    const json = { syscall: 'read', short: 10, fd: 3, delay_exit: '500', when: '2', times: 1, corrupt: 3 };
    expect(ruleFromJson(json)).toEqual(parseInject('read:short=10:fd=3:delay_exit=500us:when=2:times=1:corrupt=3'));
  });

  it('has conditions as texts', () => {
    const json = { syscall: 'openat', after: 'EIO', args: ['arg3&0x40', 'arg1==-100'], result: '>=0' } as const;
    expect(ruleToJson(ruleFromJson(json))).toEqual(json);
  });

  it.each([
    [{ syscall: [], error: 'EIO' }, 'a set of system calls'],
    [{ syscall: 'read:lost' }, 'a set of system calls'],
    [{ syscall: ['!read', 'write'], error: 'EIO' }, 'turns the whole set'],
    [{ syscall: 'read', error: 'EFOO' }, "'EFOO'"],
    [{ syscall: 'read', lost: false }, 'no fault'],
    [{ syscall: 'read', error: 'EIO', prob: 0.1 }, "called 'probability'"],
    [{ syscall: 'read', error: 'EIO', args: ['result>=0'] }, 'args takes'],
    [{ syscall: 'read', delay_exit: 1, result: 'foo' }, 'result takes'],
    [{ syscall: 'read', error: 'EIO', wen: '3' }, "'wen' is not a field"],
  ])('refuses %j', (json, reason) => {
    let refusal: unknown;
    try {
      ruleFromJson(json as never);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'BAD_FAULT_RULE', hint: expect.stringContaining(reason) });
  });

  it('reads back what it prints, through real JSON, and its schema agrees', () => {
    fc.assert(
      fc.property(arbitraryRule, (rule) => {
        const json = JSON.parse(JSON.stringify(ruleToJson(rule)));
        // The schema wants at least one poke.
        fc.pre(rule.fault.poke_enter?.length !== 0 && rule.fault.poke_exit?.length !== 0);
        expect(() => parseConfig(JSON.stringify({ rules: [json] }))).not.toThrow();
        expect(ruleFromJson(json)).toEqual(rule);
      }),
      { numRuns: 1000 },
    );
  });
});
