import { describe, expect, it } from 'vitest';
import type { InjectedSignal, LimitsUse } from '../../../../src/model/run-result.ts';
import { type Evidence, judge } from '../../../../src/run/verdict/judge.ts';

const noLimits: LimitsUse = { memory: undefined, cpu: undefined, timeout: undefined };

const NOTHING: Evidence = {
  detached: false,
  exitCode: undefined,
  signal: undefined,
  cause: undefined,
  hung: false,
  limits: noLimits,
  faults: [],
  checkStatus: undefined,
};

function injected(signal: string, fate: InjectedSignal['fate'], lineage = '0'): InjectedSignal {
  const at = { lineage, syscall: 'read', ordinal: 3 };
  return { kind: 'signal', rule: 'signal_injection', at, tid: 1, timeMs: 1, moment: 'call', signal, fate };
}

const timeout = { limitMs: 1000, reached: true, killed: false };
const oomKilled: LimitsUse = {
  ...noLimits,
  memory: { backend: 'cgroup v2', failure: 'oom-kill', limitBytes: 1, peakBytes: 1, oomKills: 1 },
};

describe('judge', () => {
  it.each<[string, Partial<Evidence>, string, string?]>([
    ['exit 0', { exitCode: 0 }, 'survived'],
    ['exit 0, and the check passed', { exitCode: 0, checkStatus: 0 }, 'survived'],
    ['exit 0, and the check failed', { exitCode: 0, checkStatus: 2 }, 'corrupted', 'CHECK_FAILED'],
    ['exit 1', { exitCode: 1 }, 'failed', 'COMMAND_FAILED'],
    ['a signal of its own', { signal: 'SIGSEGV' }, 'crashed', 'COMMAND_CRASHED'],
    ['killed by us', { signal: 'SIGTERM', faults: [injected('SIGTERM', 'died')] }, 'stopped', 'SIGNAL_INJECTED'],
    [
      'a thread was hit',
      { signal: 'SIGINT', faults: [injected('SIGINT', 'died', '0.2')] },
      'stopped',
      'SIGNAL_INJECTED',
    ],
    [
      'handled, then died of it',
      { signal: 'SIGINT', faults: [injected('SIGINT', 'handled')] },
      'stopped',
      'SIGNAL_INJECTED',
    ],
    [
      'another signal was injected',
      { signal: 'SIGSEGV', faults: [injected('SIGINT', 'handled')] },
      'crashed',
      'COMMAND_CRASHED',
    ],
    ['it was ignored', { signal: 'SIGINT', faults: [injected('SIGINT', 'ignored')] }, 'crashed', 'COMMAND_CRASHED'],
    ['handled, and exit 0', { exitCode: 0, faults: [injected('SIGINT', 'handled')] }, 'survived'],
    ['OOM', { signal: 'SIGKILL', limits: oomKilled }, 'stopped', 'MEMORY_LIMIT'],
    ['OOM of the child of a shell', { exitCode: 137, limits: oomKilled }, 'stopped', 'MEMORY_LIMIT'],
    ['OOM that was coped with', { exitCode: 0, limits: oomKilled }, 'survived'],
    ['SIGKILL by others', { signal: 'SIGKILL' }, 'crashed', 'COMMAND_CRASHED'],
    ['the deadline', { signal: 'SIGTERM', cause: 'timeout', limits: { ...noLimits, timeout } }, 'stopped', 'TIMEOUT'],
    ['the deadline, exit 0', { exitCode: 0, cause: 'timeout', limits: { ...noLimits, timeout } }, 'stopped', 'TIMEOUT'],
    ['the deadline of an idle tree', { signal: 'SIGTERM', cause: 'timeout', hung: true }, 'hung', 'TIMEOUT'],
    ['aborted', { signal: 'SIGTERM', cause: 'abort' }, 'stopped', 'RUN_ABORTED'],
  ])('%s', (_name, evidence, expected, code) => {
    const { outcome, error } = judge({ ...NOTHING, ...evidence });
    expect([outcome, error?.code]).toEqual([expected, code]);
  });

  it.each<[string, Partial<Evidence>]>([
    ['memory', { signal: 'SIGKILL', limits: oomKilled }],
    ['timeout', { cause: 'timeout', limits: { ...noLimits, timeout } }],
    ['signal', { signal: 'SIGINT', faults: [injected('SIGINT', 'died')] }],
    ['memory', { exitCode: 1, limits: oomKilled }],
    ['signal', { exitCode: 130, faults: [injected('SIGINT', 'handled')] }],
  ])('the error names %s', (word, evidence) => {
    const { error } = judge({ ...NOTHING, ...evidence });
    expect(error?.message).toContain(word);
  });
});
