import { describe, expect, it } from 'vitest';
import { RenacerError } from '../../../src/model/errors.ts';
import type { InjectedCallFault, RunResult } from '../../../src/model/run-result.ts';
import type { ScheduleUse } from '../../../src/model/schedule.ts';
import { closingBlock } from '../../../src/report/closing-block.ts';

const RESULT: RunResult = {
  command: ['true'],
  seed: 7,
  config: undefined,
  backends: { tree: 'cgroup v2' },
  outcome: 'survived',
  exitCode: 0,
  signal: undefined,
  durationMs: 20,
  limits: { memory: undefined, cpu: undefined, timeout: undefined },
  network: undefined,
  faults: [],
  omittedFaults: 0,
  decisiveFault: undefined,
  rules: [],
  replay: undefined,
  checks: [],
  phases: [],
  probes: [],
  cleanup: undefined,
  crashes: [],
  spin: undefined,
  schedule: undefined,
  wroteToStderr: undefined,
  trace: { engine: 'ptrace', syscalls: [], signals: 0, tasks: 1, delays: 0, lost: 0 },
  error: undefined,
  again: 'renacer --seed=7 -- true',
  strace: undefined,
  escaped: [],
  left: [],
  unwritten: undefined,
  stdout: undefined,
  stderr: undefined,
};

function block(more: Partial<RunResult>, unmet?: string): string[] {
  return closingBlock({ ...RESULT, ...more }, { color: false, unmet }).split('\n');
}

function fault(ordinal: number, text = 'error=EIO'): InjectedCallFault {
  const at = { lineage: '0', syscall: 'read', ordinal };
  return { kind: 'call', rule: 'read', at, tid: 9, timeMs: ordinal, fault: text };
}

describe('the closing block', () => {
  it('of a run without chaos', () => {
    expect(block({})).toEqual([
      `renacer ${'─'.repeat(60)}`,
      '   outcome  survived (exit status 0 after 0.02 s)',
      '  injected  nothing',
      '      seed  7',
      '  backends  tree: cgroup v2',
      '     again  renacer --seed=7 -- true',
      '',
    ]);
  });

  it('of a run in an order of ours says nothing of faults, unless some were asked for', () => {
    const schedule: ScheduleUse = {
      strategy: 'mix',
      points: 'locks',
      choices: 9,
      switches: [],
      omittedSwitches: 0,
      forced: 0,
      notExact: [],
      pointsRefused: ['the locks of /x are not those of the GNU C library'],
      deadlock: undefined,
    };
    const lines = block({ schedule, config: { schedule: 'mix' } });
    expect(lines.slice(1, 5)).toEqual([
      '   outcome  survived (exit status 0 after 0.02 s)',
      '  schedule  mix, at locks: 0 switches in 9 choices',
      '            exact: the same seed leads to the same order',
      '            the locks of /x are not those of the GNU C library',
    ]);
    const config = { schedule: 'mix', inject: 'read:error=EIO' };
    expect(block({ schedule, config })[2]).toBe('  injected  nothing');
  });

  it('of a run with phases does not say that nothing was injected: a phase may signal, or stop, without a fault', () => {
    const began = { why: 'at 1s', exact: false };
    const phases = [
      { name: 'killed', instance: 1, beganMs: 1000, endedMs: 1000, began, ended: began, over: [] },
    ] as never;
    expect(block({ phases }).join('\n')).not.toContain('injected');
  });

  it('says each thing once', () => {
    const crashed = new RenacerError('COMMAND_CRASHED', 'killed by SIGSEGV');
    const [, line] = block({ outcome: 'crashed', exitCode: undefined, signal: 'SIGSEGV', error: crashed });
    expect(line).toBe('   outcome  crashed: killed by SIGSEGV (after 0.02 s)');
  });

  it('begins with the fault that decided, and names the last of many', () => {
    const decisiveFault = fault(11, 'kill=before');
    const faults = [...Array.from({ length: 10 }, (_, index) => fault(index + 1)), decisiveFault, fault(12)];
    const lines = block({ faults, decisiveFault });
    const at = lines.findIndex((line) => line.startsWith('  injected'));
    expect(lines[at]).toContain('kill=before at read #11 ');
    expect(lines[at + 1]).toContain('error=EIO at read #1 ');
    expect(lines[at + 7]).toContain('error=EIO at read #7 ');
    expect(lines[at + 8]).toMatch(/^ {12}and 4 more, the last: error=EIO at read #12 /);
  });

  it('counts what was only late', () => {
    const backends = { io_latency: 'ptrace' };
    const trace = { ...RESULT.trace, delays: 14 };
    expect(block({ backends, trace })).toContain('  injected  only delays: 14 calls');
    expect(block({ backends, trace: { ...trace, delays: 1 } })).toContain('  injected  only delays: 1 call');
  });

  it('says what was expected and not met, and what a check has found', () => {
    const check = { command: 'fsck', after: 'always', status: 4, output: 'a\nb\nc\nd\n', skipped: undefined } as const;
    expect(block({ checks: [check] }, 'it was corrupted').slice(2, 7)).toEqual([
      '  expected  not met: it was corrupted',
      '     check  exited with 4: fsck',
      '              b',
      '              c',
      '              d',
    ]);
  });

  it('names what left the control groups, and what could not be removed', () => {
    const escaped = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({ name, pid: index + 1 }));
    const memory = { backend: 'cgroup v2', failure: 'oom-kill', limitBytes: 1, peakBytes: 1, oomKills: 0 } as const;
    expect(block({ escaped: escaped.slice(0, 1), left: ['/group (processes: 7)'] }).slice(2, 4)).toEqual([
      '      note  a (pid 1) left the control groups of the run',
      '            not removed: /group (processes: 7); `renacer doctor --clean` does it when they have ended',
    ]);
    expect(block({ escaped, limits: { memory, cpu: undefined, timeout: undefined } })[2]).toBe(
      '      note  a (pid 1), b (pid 2), c (pid 3) and 2 more left the control groups of the run: its limits did not hold there',
    );
  });

  it('shows of a limit for each process no peak of something else', () => {
    const memory = {
      backend: 'RLIMIT_DATA (emulation: per process)',
      failure: 'enomem',
      limitBytes: 50 * 2 ** 20,
      peakBytes: undefined,
      oomKills: undefined,
    } as const;
    expect(block({ limits: { memory, cpu: undefined, timeout: undefined } })).toContain(
      '    memory  50.0 MiB for each process: allocations beyond it fail with ENOMEM',
    );
  });

  it('tells a memory limit of phases from that of the run', () => {
    const use = { backend: 'cgroup v2', failure: 'oom-kill', peakBytes: 30 * 2 ** 20, oomKills: 0 } as const;
    const line = (limitBytes: number, phaseLimitBytes: number) =>
      block({ limits: { memory: { ...use, limitBytes, phaseLimitBytes }, cpu: undefined, timeout: undefined } }).find(
        (text) => text.includes('memory'),
      );
    expect(line(512 * 2 ** 20, 12 * 2 ** 20)).toBe('    memory  peak 30.0 MiB of 512 MiB, 12.0 MiB allowed in a phase');
    expect(line(12 * 2 ** 20, 12 * 2 ** 20)).toBe('    memory  peak 30.0 MiB, 12.0 MiB allowed in a phase');
  });

  it('breaks a long list of backends, with an indent', () => {
    const backends = Object.fromEntries(['memory', 'tree', 'trace', 'faults'].map((part) => [part, 'x'.repeat(40)]));
    const lines = block({ backends });
    const at = lines.findIndex((line) => line.startsWith('  backends'));
    expect(lines.slice(at, at + 4).map((line) => line.slice(0, 20))).toEqual([
      '  backends  memory: ',
      '            tree: xx',
      '            trace: x',
      '            faults: ',
    ]);
  });
});
