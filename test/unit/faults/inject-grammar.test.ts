import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInject, printInject } from '../../../src/faults/inject-grammar.ts';
import { ruleNames } from '../../../src/faults/rule-identity.ts';
import { RenacerError } from '../../../src/model/errors.ts';
import { arbitraryRule } from './arbitrary-rule.ts';

function refusal(text: string, qualifier: 'inject' | 'fault' = 'inject'): RenacerError {
  try {
    parseInject(text, qualifier);
  } catch (error) {
    if (error instanceof RenacerError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe('the grammar of -e inject=', () => {
  it("reads every field of strace's", () => {
    const rule = parseInject(
      'open,%file:error=ENOENT:signal=usr1:syscall=getpid:delay_enter=10ms:delay_exit=5:poke_enter=@arg1=00FF,@arg3=a0:poke_exit=@arg2=01:when=2..9+3',
    );
    expect(rule).toEqual({
      selector: { syscalls: 'open,%file', count: 'task', when: { first: 2, last: 9, step: 3 } },
      fault: {
        error: 'ENOENT',
        signal: 'SIGUSR1',
        syscall: 'getpid',
        delay_enter: 10_000_000,
        delay_exit: 5000,
        poke_enter: [
          { arg: 1, hex: '00ff' },
          { arg: 3, hex: 'a0' },
        ],
        poke_exit: [{ arg: 2, hex: '01' }],
      },
      semantics: 'kernel',
      realism: 'likely',
    });
  });

  it('reads every field of our own', () => {
    const selectors =
      'prob=.05:path=/e\\:tc/*:fd=socket:arg2&0x800:arg1==-100:comm=a\\:b:task=0.1.2:after-time=2s:times=3:count=tree';
    expect(parseInject(`read:error=5:${selectors}:strace:from=entry:realism=any`)).toEqual({
      selector: {
        syscalls: 'read',
        count: 'tree',
        probability: 0.05,
        path: '/e:tc/*',
        fd: 'socket',
        args: [
          { arg: 2, test: 'any-bit', value: 0x800n },
          { arg: 1, test: 'equal', value: 2n ** 64n - 100n },
        ],
        comm: 'a:b',
        task: '0.1.2',
        afterTimeNs: 2e9,
        times: 3,
      },
      fault: { error: 'EIO' },
      semantics: 'strace',
      from: 'entry',
      realism: 'any',
    });
  });

  it.each([
    ['read:short=0.25', { short: { fraction: 0.25 } }],
    ['read:short=1', { short: { bytes: 1 } }],
    ['write:after=ENOSPC', { after: 'ENOSPC' }],
    ['write:lost', { lost: true }],
    ['write:kill', { kill: 'before' }],
    ['write:kill=after', { kill: 'after' }],
    ['read:corrupt=1bit', { corrupt: { amount: 1, unit: 'bit', mode: 'flip' } }],
    ['read:corrupt=4bytes,zero:short=3', { short: { bytes: 3 }, corrupt: { amount: 4, unit: 'byte', mode: 'zero' } }],
    ['read:retval=-1', { retval: 2n ** 64n - 1n }],
    ['read:error=4095', { error: 4095 }],
    ['read:signal=33', { signal: 'SIGRT_1' }],
    ['read:delay_exit=1:result>=-4095', { delay_exit: 1000 }],
  ])('reads the fault of %s', (text, fault) => {
    expect(parseInject(text).fault).toEqual(fault);
  });

  it('takes a probability as a percentage too', () => {
    expect(parseInject('read:error=EIO:prob=50%').selector.probability).toBe(0.5);
    expect(printInject(parseInject('read:error=EIO:prob=2.5%'))).toBe('read:error=EIO:prob=0.025');
  });

  it('leaves where a rule begins unsaid if it does not say it', () => {
    expect(parseInject('read:lost').from).toBeUndefined();
    expect(printInject(parseInject('read:lost:from=exec'))).toBe('read:lost:from=exec');
  });

  it('takes the last of several when=, and nothing else twice', () => {
    expect(parseInject('read:when=1:error=EIO:when=4').selector.when?.first).toBe(4);
    expect(refusal('read:error=EIO:times=1:times=1').hint).toBe("'times' is given twice");
  });

  it("knows fault= by its default, ENOSYS, and refuses there what is inject's", () => {
    expect(parseInject('read:when=2:prob=0.5', 'fault').fault).toEqual({ error: 'ENOSYS' });
    expect(refusal('read:signal=INT', 'fault').message).toBe("invalid fault argument 'read:signal=INT'");
    expect(refusal('read:lost', 'fault').hint).toContain('inject=');
    expect(refusal('read:quirk=zero-block', 'fault').hint).toBe(
      'fault= stands for an error and takes no quirk: use inject=',
    );
  });

  it.each([
    ['read', 'no fault'],
    ['read:syscall=getpid', 'no fault'],
    ['read:error=EFOO', "'EFOO' is neither"],
    ['read:erorr=EIO', "'erorr' is not a field"],
    ['read:constructor=EIO', "'constructor' is not a field"],
    ['read:error=EIO:retval=1', "retval can't go with error"],
    ['read:lost:short=1', "short can't go with lost"],
    ['read:retval=3:corrupt=1bit', 'retval prevents'],
    ['read:error=EIO:result==0', "can't go with error"],
    ['read:kill:result==0', "can't go with kill"],
    ['read:signal=INT:result==0', "can't go with signal"],
    ['read:delay_exit=1:result=0', "'result' is not a field"],
    ['read:delay_exit=1:arg7==0', "'arg7==' is not a field"],
    ['read:short=0', 'bytes from 1'],
    ['read:short=1.0', 'fraction'],
    ['read:error=EIO:prob=1.1', 'from 0 to 1'],
    ['read:error=EIO:fd=-1', 'a number or one of'],
    ['read:error=EIO:task=1', 'path of forks'],
    ['read:error=EIO:comm=sixteen-letters-', "'sixteen-letters'"],
    ['read:error=EIO:path=/a\\', 'backslash'],
    ['read:lost=1', 'no value'],
    ['write:error=ENOSPACE', 'did you mean ENOSPC?'],
    ['write:eror=ENOSPC', 'did you mean error?'],
    ['write:error=EIO:fd=sockt', 'one of'],
    ['write:error=EIO:count=trees', 'did you mean tree?'],
    ['write:eror=EIO:prob=2:quirk=lost-write', 'did you mean error?; prob takes'],
    ['write:error=EIO:prob=101%', 'a percentage such as 50%'],
  ])('refuses %s with the reason', (text, reason) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'BAD_FAULT_RULE', message: `invalid inject argument '${text}'` });
    expect(error.hint).toContain(reason);
  });

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(arbitraryRule, (rule) => {
        expect(parseInject(printInject(rule))).toEqual(rule);
      }),
      { numRuns: 2000 },
    );
  });

  it('rules survive a structured clone', () => {
    fc.assert(
      fc.property(arbitraryRule, (rule) => {
        expect(structuredClone(rule)).toEqual(rule);
      }),
    );
  });

  it('reads long texts at once', () => {
    const digits = '9'.repeat(100_000);
    for (const field of ['delay_exit', 'retval', 'prob', 'short', 'when', 'error', 'path', 'corrupt', 'poke_exit']) {
      refusal(`read:${field}=${digits}x:lost=1`);
      refusal(`read:${field}=${'\\'.repeat(100_000)}:lost=1`);
    }
  });

  it('either reads a text or refuses it with BAD_FAULT_RULE, whatever it is', () => {
    const bits = [
      'read',
      ':',
      'error',
      '=',
      'EIO',
      'when',
      '+',
      '..',
      '3',
      '\\',
      'arg1',
      '&',
      '@',
      ',',
      'poke_exit',
      '-',
      'result>=',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...bits)).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('inject' as const, 'fault' as const), (input, qualifier) => {
        try {
          const rule = parseInject(input, qualifier);
          expect(parseInject(printInject(rule))).toEqual(rule);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_FAULT_RULE' });
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the names of rules', () => {
  it('do not change when other rules come or go', () => {
    const [a, b] = [parseInject('read:error=EIO'), parseInject('write:lost')];
    expect(ruleNames([a, b, a])).toEqual(['read:error=EIO', 'write:lost', 'read:error=EIO#2']);
    expect(ruleNames([b, a])).toEqual(['write:lost', 'read:error=EIO']);
  });
});
