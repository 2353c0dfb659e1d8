import { describe, expect, it } from 'vitest';
import { RenacerError } from '../../../../src/model/errors.ts';
import type {
  CheckUse,
  InjectedCallFault,
  InjectedFault,
  InjectedSignal,
  LimitsUse,
  MissedFault,
  ReplayUse,
} from '../../../../src/model/run-result.ts';
import { type Evidence, type InjectedDeath, judge } from '../../../../src/run/verdict/judge.ts';

const noLimits: LimitsUse = { memory: undefined, cpu: undefined, timeout: undefined };

const NOTHING: Evidence = {
  detached: false,
  exitCode: undefined,
  signal: undefined,
  early: undefined,
  injectedDeaths: [],
  limits: noLimits,
  faults: [],
  checks: [],
  replay: undefined,
  spin: undefined,
};

function injected(signal: string, fate: InjectedSignal['fate'], lineage = '0'): InjectedSignal {
  const at = { lineage, syscall: 'read', ordinal: 3 };
  return { kind: 'signal', rule: 'signal_injection', at, tid: 1, timeMs: 1, moment: 'call', signal, fate };
}

const killed: InjectedCallFault = {
  kind: 'call',
  rule: 'write:kill=before',
  at: { lineage: '0.1', syscall: 'write', ordinal: 2 },
  tid: 7,
  timeMs: 1,
  fault: 'kill=before',
};

function death(signal: string, more: Partial<InjectedDeath> = {}): InjectedDeath {
  return { signal, handled: false, isCommand: true, at: killed.at, ...more };
}

function check(after: CheckUse['after'], status: number | undefined): CheckUse {
  return { command: 'true', after, status, output: '', skipped: status === undefined ? 'for a reason' : undefined };
}

const missed: ReplayUse = {
  recorded: 3,
  injected: 2,
  missed: [{ task: '0', syscall: 'read', ordinal: 1, fault: 'error=EIO', reason: 'it made no such call' }],
};
const missedByTime: ReplayUse = {
  ...missed,
  missed: [
    {
      kind: 'loss',
      flow: 'tcp 1',
      service: 'a:1',
      direction: 'to',
      stream: 'data',
      packet: 9,
      rule: 'network',
      reason: 'fewer packets',
      byTime: true,
    },
  ],
};

const missedPacket = { ...missedByTime.missed[0]!, byTime: false } as MissedFault;

const lostPacket: InjectedFault = {
  kind: 'packet',
  fault: 'loss',
  rule: 'network',
  flow: 'tcp 1',
  service: 'a:1',
  direction: 'to',
  stream: 'data',
  packet: 9,
  timeMs: 1,
};

const timeout = { limitMs: 1000, byDefault: false, reached: true, killed: false };
const reached: LimitsUse = { ...noLimits, timeout };
const inTime = { cause: 'timeout', killed: false, afterCommand: false, hung: false } as const;
const left = { ...inTime, afterCommand: true } as const;
const spin = { lineage: '0', syscall: 'accept4', fault: 'error=EMFILE', times: 120_000 };
const oomKilled: LimitsUse = {
  ...noLimits,
  memory: { backend: 'cgroup v2', failure: 'oom-kill', limitBytes: 1, peakBytes: 1, oomKills: 1 },
};
const nothingKilled: LimitsUse = { ...oomKilled, memory: { ...oomKilled.memory!, oomKills: 0 } };

describe('judge', () => {
  it.each<[string, Partial<Evidence>, string, string?]>([
    ['exit 0', { exitCode: 0 }, 'survived'],
    ['exit 0, and the check passed', { exitCode: 0, checks: [check('success', 0)] }, 'survived'],
    ['exit 0, and the check failed', { exitCode: 0, checks: [check('success', 2)] }, 'corrupted', 'CHECK_FAILED'],
    [
      'exit 1, and a check was not run',
      { exitCode: 1, checks: [check('success', undefined)] },
      'failed',
      'COMMAND_FAILED',
    ],
    ['exit 1, and the check failed', { exitCode: 1, checks: [check('always', 1)] }, 'corrupted', 'CHECK_FAILED'],
    ['a crash, and the check failed', { signal: 'SIGSEGV', checks: [check('always', 1)] }, 'corrupted', 'CHECK_FAILED'],
    [
      'the deadline, and the check failed',
      { signal: 'SIGTERM', early: inTime, limits: reached, checks: [check('always', 1)] },
      'corrupted',
      'CHECK_FAILED',
    ],
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
    ['the deadline', { signal: 'SIGTERM', early: inTime, limits: reached }, 'stopped', 'TIMEOUT'],
    ['the deadline, exit 0', { exitCode: 0, early: inTime, limits: reached }, 'stopped', 'TIMEOUT'],
    ['the deadline of an idle tree', { signal: 'SIGTERM', early: { ...inTime, hung: true } }, 'hung', 'TIMEOUT'],
    [
      'exit 7 before the deadline of the rest',
      { exitCode: 7, early: left, limits: reached },
      'failed',
      'COMMAND_FAILED',
    ],
    ['exit 0 before the deadline of the rest', { exitCode: 0, early: left, limits: reached }, 'stopped', 'TIMEOUT'],
    ['a crash before the deadline of the rest', { signal: 'SIGABRT', early: left }, 'crashed', 'COMMAND_CRASHED'],
    [
      'an injected signal before the deadline of the rest',
      { signal: 'SIGUSR1', early: left, limits: reached, faults: [injected('SIGUSR1', 'died')] },
      'stopped',
      'SIGNAL_INJECTED',
    ],
    ['aborted', { signal: 'SIGTERM', early: { ...inTime, cause: 'abort', killed: false } }, 'stopped', 'RUN_ABORTED'],
    ['killed by a rule', { signal: 'SIGKILL', injectedDeaths: [death('SIGKILL')] }, 'stopped', 'SIGNAL_INJECTED'],
    [
      'handled what a rule sent, then died of it',
      { signal: 'SIGXFSZ', injectedDeaths: [death('SIGXFSZ', { handled: true })] },
      'stopped',
      'SIGNAL_INJECTED',
    ],
    [
      'a shell that passes on what a rule did to its child',
      { exitCode: 137, injectedDeaths: [death('SIGKILL', { isCommand: false })] },
      'stopped',
      'SIGNAL_INJECTED',
    ],
    [
      'another status though a rule killed a child',
      { exitCode: 1, injectedDeaths: [death('SIGKILL', { isCommand: false })] },
      'failed',
      'COMMAND_FAILED',
    ],
    [
      'a signal of its own though a rule killed a child',
      { signal: 'SIGKILL', injectedDeaths: [death('SIGKILL', { isCommand: false })] },
      'crashed',
      'COMMAND_CRASHED',
    ],
    ['a replay that diverged', { exitCode: 0, replay: missed }, 'diverged', 'REPLAY_DIVERGED'],
    [
      'a replay that diverged, and its check failed',
      { exitCode: 0, replay: missed, checks: [check('success', 1)] },
      'diverged',
      'REPLAY_DIVERGED',
    ],
    ['a replay with fewer packets of TCP', { exitCode: 0, replay: missedByTime }, 'survived'],
    ['a process that was detached', { detached: true, exitCode: 1 }, 'detached', 'DETACHED'],
  ])('%s', (_name, evidence, expected, code) => {
    const { outcome, error } = judge({ ...NOTHING, ...evidence });
    expect([outcome, error?.code]).toEqual([expected, code]);
  });

  it.each<[string, Partial<Evidence>]>([
    ['memory', { signal: 'SIGKILL', limits: oomKilled }],
    ['timeout', { early: inTime, limits: reached }],
    ['signal', { signal: 'SIGKILL', injectedDeaths: [death('SIGKILL')] }],
    ['signal', { signal: 'SIGINT', faults: [injected('SIGINT', 'died')] }],
    ['memory', { exitCode: 1, limits: oomKilled }],
    ['signal', { exitCode: 130, faults: [injected('SIGINT', 'handled')] }],
  ])('the error names %s', (word, evidence) => {
    const { error } = judge({ ...NOTHING, ...evidence });
    expect(error?.message).toContain(word);
  });

  it('names the call and the fault that sent the signal, and says which fault decided', () => {
    const evidence = {
      signal: 'SIGKILL',
      injectedDeaths: [death('SIGKILL')],
      faults: [injected('SIGINT', 'handled'), killed],
    };
    const { error, decisive } = judge({ ...NOTHING, ...evidence });
    expect(error?.message).toBe('ended by the injected signal SIGKILL, sent at write by kill=before');
    expect(decisive).toBe(killed);
  });

  it('tells a livelock from slowness', () => {
    const { error } = judge({ ...NOTHING, signal: 'SIGTERM', early: inTime, limits: reached, spin });
    expect(error?.message).toBe('timeout of 1 s reached; it spun: accept4 failed with EMFILE 120,000 times in a row');
  });

  it.each<[string, Partial<Evidence>]>([
    ['exited with status 3; then its check exited with 9', { exitCode: 3, checks: [check('always', 9)] }],
    ['exited with status 0, but its check exited with 2', { exitCode: 0, checks: [check('success', 2)] }],
    [
      'the run diverged from its recording: 1 of 3 recorded faults did not come again; it exited with status 4',
      { exitCode: 4, replay: missed },
    ],
    [
      'the run diverged from its recording: 1 of 3 recorded faults did not come again; it was killed by SIGABRT',
      { signal: 'SIGABRT', replay: { ...missed, missed: [...missed.missed, ...missedByTime.missed] } },
    ],
    ['the run was aborted from outside', { early: { ...inTime, cause: 'abort', killed: false } }],
    [
      'timeout of 1 s reached, by processes that the command had left running',
      { exitCode: 0, early: left, limits: reached },
    ],
    ['timeout of 1 s reached, and the whole tree had been idle', { early: { ...inTime, hung: true }, limits: reached }],
    [
      'timeout of 1 s reached; it spun: accept4 met short=1 120,000 times in a row',
      { early: inTime, limits: reached, spin: { ...spin, fault: 'short=1' } },
    ],
    ["memory limit reached: the kernel's OOM killer ended 1 process", { exitCode: 137, limits: oomKilled }],
    ['exited with status 1', { exitCode: 1 }],
    ['exited with status 1 after 1 injected fault', { exitCode: 1, faults: [killed] }],
    [
      "exited with status 1 after the memory limit: the kernel's OOM killer ended 2 processes and injected signals (SIGINT, SIGHUP) and 2 injected faults",
      {
        exitCode: 1,
        limits: { ...oomKilled, memory: { ...oomKilled.memory!, oomKills: 2 } },
        faults: [
          injected('SIGINT', 'handled'),
          injected('SIGINT', 'ignored'),
          injected('SIGHUP', 'ignored'),
          killed,
          lostPacket,
        ],
      },
    ],
  ])('%s', (message, evidence) => {
    expect(judge({ ...NOTHING, ...evidence }).error?.message).toBe(message);
  });

  it.each<[string, Partial<Evidence>, string]>([
    ['a packet that did not come', { exitCode: 0, replay: { ...missed, missed: [missedPacket] } }, 'diverged'],
    ['a memory limit that nothing met', { signal: 'SIGKILL', limits: nothingKilled }, 'crashed'],
    ['OOM elsewhere in the tree, and another signal', { signal: 'SIGSEGV', limits: oomKilled }, 'crashed'],
    ['a kill after OOM, not of the command', { exitCode: 1, limits: oomKilled }, 'failed'],
    [
      'a signal that a rule sent to the command, which died of another',
      { signal: 'SIGSEGV', injectedDeaths: [death('SIGKILL')] },
      'crashed',
    ],
    ['a status that only looks like a signal', { exitCode: 137, faults: [injected('SIGKILL', 'died')] }, 'failed'],
  ])('%s', (_name, evidence, expected) => {
    expect(judge({ ...NOTHING, ...evidence }).outcome).toBe(expected);
  });

  it('the last of several signals ended it', () => {
    const first = injected('SIGINT', 'handled', '0.1');
    const last = injected('SIGINT', 'died', '0.2');
    expect(judge({ ...NOTHING, signal: 'SIGINT', faults: [first, last, killed] })).toMatchObject({
      error: { message: 'ended by the injected signal SIGINT, sent at read' },
      decisive: last,
    });
    expect(judge({ ...NOTHING, signal: 'SIGINT', faults: [last, first] }).error?.message).toBe(
      'ended by the injected signal SIGINT, sent at read, which it had handled',
    );
  });

  it('the fault that decided is the one at the same call of the same task, with that signal', () => {
    const sent = injected('SIGKILL', 'died');
    const at = { lineage: '0', syscall: 'read', ordinal: 3 };
    const others: InjectedFault[] = [
      lostPacket,
      { ...killed, at: { ...at, lineage: '0.7' } },
      { ...killed, at: { ...at, syscall: 'pread64' } },
      { ...killed, at: { ...at, ordinal: 4 } },
      { ...sent, signal: 'SIGTERM' },
    ];
    const decide = (faults: readonly InjectedFault[]) =>
      judge({ ...NOTHING, signal: 'SIGKILL', injectedDeaths: [death('SIGKILL', { at })], faults });
    expect(decide(others).decisive).toBeUndefined();
    expect(decide(others).error?.message).toBe('ended by the injected signal SIGKILL, sent at read');
    expect(decide([...others, sent]).decisive).toBe(sent);
    const call = { ...killed, at };
    expect(decide([...others, call]).decisive).toBe(call);
  });

  it('a signal by time has no call', () => {
    const at = { lineage: '0', syscall: undefined, ordinal: 0 };
    const evidence = { signal: 'SIGKILL', injectedDeaths: [death('SIGKILL', { at })] };
    expect(judge({ ...NOTHING, ...evidence }).error?.message).toBe('ended by the injected signal SIGKILL');
  });
});

describe('the steady state', () => {
  const lost = new RenacerError('NOT_RECOVERED', 'it has not recovered: "answers" fails');
  const served = { cause: 'served', killed: false, afterCommand: false, hung: false } as const;

  it('that was lost is a corruption of a command that lived', () => {
    expect(judge({ ...NOTHING, exitCode: 0, unsteady: lost })).toEqual({ outcome: 'corrupted', error: lost });
  });

  it('is not what is told of a command that has failed by itself', () => {
    expect(judge({ ...NOTHING, exitCode: 3, unsteady: lost })).toMatchObject({ outcome: 'failed' });
    expect(judge({ ...NOTHING, signal: 'SIGSEGV', unsteady: lost })).toMatchObject({ outcome: 'crashed' });
  });

  it.each([
    ['ends well', { exitCode: 0 }, 'survived', undefined],
    ['dies of SIGTERM', { signal: 'SIGTERM' }, 'survived', undefined],
    ['passes on that its child died of it', { exitCode: 143 }, 'survived', undefined],
    ['exits with an error', { exitCode: 3 }, 'failed', 'COMMAND_FAILED'],
    ['crashes', { signal: 'SIGSEGV' }, 'crashed', 'COMMAND_CRASHED'],
  ] as const)('a service that %s when it has served its time', (_what, end, outcome, code) => {
    const verdict = judge({ ...NOTHING, ...end, early: served });
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.error?.code).toBe(code);
    if (outcome === 'survived') {
      expect(judge({ ...NOTHING, ...end, early: served, unsteady: lost })).toEqual({
        outcome: 'corrupted',
        error: lost,
      });
    }
  });

  it('a service that has to be killed hangs', () => {
    expect(judge({ ...NOTHING, signal: 'SIGKILL', early: { ...served, killed: true } })).toMatchObject({
      outcome: 'hung',
      error: { code: 'SERVICE_NOT_ENDED' },
    });
  });
});
