import { describe, expect, it } from 'vitest';
import { EXPECTABLE, parseExpectation, printExpectation, unmetExpectation } from '../../../src/model/expectation.ts';
import type { RunResult } from '../../../src/model/run-result.ts';

/** As much of a result as an expectation looks at. */
function result(more: Pick<RunResult, 'outcome'> & { oomKills?: number; crashed?: boolean }): RunResult {
  const memory = { backend: '', failure: 'oom-kill', limitBytes: 1, peakBytes: 1, oomKills: more.oomKills } as const;
  const crash = { program: 'sort', signal: 'SIGSEGV', pid: 1, lineage: '0.1', syscall: undefined, code: undefined };
  return {
    outcome: more.outcome,
    limits: { memory, cpu: undefined, timeout: undefined },
    crashes: more.crashed ? [{ ...crash, stack: undefined }] : [],
  } as unknown as RunResult;
}

describe('--expect', () => {
  it('is read and printed', () => {
    expect(printExpectation(parseExpectation('no-crashes, failed,survived'))).toBe('survived,failed,no-crashes');
    for (const word of EXPECTABLE) expect(printExpectation(parseExpectation(word))).toBe(word);
  });

  it('names what is wrong, and what is allowed', () => {
    expect(() => parseExpectation('survived,oom')).toThrow(
      /--expect: "oom" is not allowed; allowed: survived, .*, no-oom-kills, no-crashes$/,
    );
  });

  it.each([
    ['survived,failed', { outcome: 'failed' }, undefined],
    ['survived', { outcome: 'stopped' }, 'it was stopped'],
    ['survived', { outcome: 'survived', oomKills: 1, crashed: true }, undefined],
    ['survived,no-oom-kills', { outcome: 'survived', oomKills: 0 }, undefined],
    ['survived,no-oom-kills', { outcome: 'survived', oomKills: 2 }, 'the OOM killer ended 2 processes'],
    ['no-oom-kills', { outcome: 'crashed' }, undefined],
    ['no-crashes', { outcome: 'failed', crashed: true }, 'sort died of SIGSEGV'],
    ['survived,no-oom-kills', { outcome: 'failed', oomKills: 1 }, 'it was failed, and the OOM killer ended 1 process'],
  ] as const)('%s of %o: %s', (text, about, unmet) => {
    expect(unmetExpectation(parseExpectation(text), result(about))).toBe(unmet);
  });

  it('nothing is killed for memory where there is no limit', () => {
    const unlimited = { ...result({ outcome: 'survived' }), limits: {} } as unknown as RunResult;
    expect(unmetExpectation(parseExpectation('no-oom-kills'), unlimited)).toBeUndefined();
  });
});
