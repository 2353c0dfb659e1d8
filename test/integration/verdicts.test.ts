import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { PYTHON } from '../support/programs.ts';
import { closingLine, emptyDirectory, type Finished, renacer } from '../support/renacer.ts';

function outcome(finished: Finished): string | undefined {
  return closingLine(finished, 'outcome');
}

/** A run with a JSON report. */
function reportOf(args: readonly string[]): Report {
  const file = path.join(emptyDirectory(), 'report.json');
  renacer(['--report', file, ...args]);
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

describe('what a rule killed is stopped', () => {
  it.each([
    ['kill=before', 'SIGKILL', 'write:kill=before', ['echo', 'hi']],
    ['kill=after', 'SIGKILL', 'write:kill=after', ['echo', 'hi']],
    ['SIGKILL as a signal', 'SIGKILL', 'write:signal=SIGKILL', ['echo', 'hi']],
    ['a signal of a rule', 'SIGTERM', 'write:signal=SIGTERM', ['echo', 'hi']],
    ['SIGPIPE with EPIPE', 'SIGPIPE', 'write:error=EPIPE', ['sh', '-c', 'echo hi | (sleep 0.1; exec cat) | exec cat']],
  ])('%s', (_name, signal, rule, command) => {
    const report = reportOf(['-e', `inject=${rule}`, '--', ...command]);
    if (command[0] === 'echo') {
      expect(report).toMatchObject({ outcome: 'stopped', signal, reason: { code: 'SIGNAL_INJECTED' } });
      expect(report.reason?.message).toContain(`injected signal ${signal}, sent at write by ${rule.slice(6)}`);
      expect(report.decisive_fault).toBe(0);
    }
    expect(report.crashes).toEqual([]);
  });

  it('and --expect stopped is met', () => {
    expect(renacer(['-e', 'inject=write:kill=before', '--expect', 'stopped', '--', 'echo', 'hi']).status).toBe(0);
  });

  it('a shell passes the death of its child on', () => {
    const finished = renacer(['-e', 'inject=write:kill=before', '--', 'sh', '-c', '/bin/echo hi; exit $?']);
    expect(finished.status).toBe(137);
    expect(outcome(finished)).toMatch(/^stopped: ended by the injected signal SIGKILL, sent at write by kill=before/);
  });

  it('a program that handles the signal of a rule, and dies of it by its own hand', () => {
    const program = `
import os, signal
def bye(*_):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
signal.signal(signal.SIGTERM, bye)
os.mkdir('/proc/no')
`;
    const finished = renacer(['-e', 'inject=mkdir:signal=SIGTERM', '--', PYTHON, '-c', program]);
    expect(outcome(finished)).toMatch(/^stopped: .*SIGTERM, sent at mkdir by signal=SIGTERM, which it had handled/);
  });

  it('what the program did to itself has crashed', () => {
    const finished = renacer(['-e', 'inject=mkdir:error=EIO', '--', 'sh', '-c', 'kill -SEGV $$']);
    expect(outcome(finished)).toMatch(/^crashed: killed by SIGSEGV \(after /);
    expect(finished.status).toBe(139);
  });
});

it.each([
  ['a program that dies of it', false],
  ['Node.js, which handles it', true],
])('SIGUSR1 and %s', (_name, isNode) => {
  const program = "for (let i = 0; i < 3000; i++) fs.statSync('/')";
  const command = isNode ? [process.execPath, '-e', program] : ['sleep', '5'];
  const rate = isNode ? '0.001' : '1';
  const finished = renacer(['--chaos-signals=SIGUSR1', '--chaos-signal-rate', rate, '--seed', '4', '--', ...command]);
  expect(finished.stderr.includes('Node.js opens its debugger at it')).toBe(isNode);
});

it('EINTR runs no handler that ends the program', () => {
  const finished = renacer(['-e', 'inject=read:error=EINTR:when=3', '--', 'sort', '/etc/services']);
  expect(outcome(finished)).toMatch(/^survived/);
  expect(closingLine(finished, 'injected')).toMatch(/^error=EINTR at read #3/);
});

describe('what happened to others of the tree', () => {
  const EATER = `${PYTHON} -c 'import time; x = bytearray(60 << 20); time.sleep(1)'`;

  it('OOM kills stand in the outcome, and --expect can ask for none', () => {
    const args = ['--chaos-memory-limit', '100M', '--', 'sh', '-c', `${EATER} & ${EATER} & ${EATER} & wait; exit 0`];
    const finished = renacer(['--expect', 'survived,no-oom-kills', ...args]);
    expect(outcome(finished)).toMatch(
      /^survived: though the OOM killer ended (a process|\d processes) of it \(exit status 0 /,
    );
    expect(closingLine(finished, 'expected')).toMatch(/^not met: the OOM killer ended /);
    expect(finished.status).toBe(1);
    expect(renacer(['--expect', 'survived', ...args]).status).toBe(0);
  });

  it('a crash is named: program, signal, call', () => {
    const script = `exec 2>/dev/null; ${PYTHON} -c 'import os; os.abort()'; exit 125`;
    const args = ['-e', 'inject=mkdir:error=EIO', '--', 'sh', '-c', script];
    const finished = renacer(['--expect', 'no-crashes', ...args]);
    expect(outcome(finished)).toMatch(/^failed \(exit status 125 /);
    expect(closingLine(finished, 'crashes')).toMatch(
      /^python3\S* \(pid \d+, task 0\.1\) died of SIGABRT at tgkill, in .*: nobody had sent it$/,
    );
    expect(closingLine(finished, 'expected')).toMatch(/^not met: python3\S* died of SIGABRT$/);
    expect(reportOf(args).crashes).toMatchObject([{ signal: 'SIGABRT', task: '0.1', syscall: 'tgkill' }]);
  });

  it('in its own code, too', () => {
    const script = `${PYTHON} -c 'import ctypes; ctypes.string_at(8)'; exit 3`;
    const { crashes, outcome } = reportOf(['-e', 'inject=mkdir:error=EIO', '--', 'sh', '-c', script]);
    expect(crashes).toMatchObject([
      { signal: 'SIGSEGV', syscall: null, code: expect.stringMatching(/\+0x[0-9a-f]+$/) },
    ]);
    expect(outcome).toBe('failed');
  });

  it.each([
    ['a signal that somebody sent', 'sleep 60 & kill -SEGV $!; wait $!; exit 3'],
    ['a broken pipe', 'yes | head -1 > /dev/null; exit 3'],
  ])('%s is no crash', (_name, script) => {
    expect(reportOf(['-e', 'inject=mkdir:error=EIO', '--', 'sh', '-c', script]).crashes).toEqual([]);
  });
});

describe('an error that nobody was told of', () => {
  it('is noted', () => {
    const finished = renacer(['-e', 'inject=write:error=ENOSPC:fd=1', '--', 'node', '-e', 'console.log(1)']);
    expect(closingLine(finished, 'note')).toBe(
      'an injected error was met (error=ENOSPC at write): exit status 0, and nothing was written to stderr',
    );
  });

  it.each([
    ['it was told', `try: os.mkdir('x')\nexcept OSError: sys.stderr.write('no')`],
    [
      'it may have been told by another number',
      `e = os.dup(2)\ntry: os.mkdir('x')\nexcept OSError: os.write(e, b'no')`,
    ],
  ])('not where %s', (_name, body) => {
    const finished = renacer(['-e', 'inject=mkdir:error=EIO', '--', PYTHON, '-c', `import os, sys\n${body}`]);
    expect(outcome(finished)).toMatch(/^survived /);
    expect(closingLine(finished, 'note')).toBeUndefined();
  });

  it('not where it was one to try again after', () => {
    const finished = renacer(['-e', 'inject=read:error=EINTR:when=2', '--', 'cat', '/etc/hostname']);
    expect(closingLine(finished, 'note')).toBeUndefined();
  });
});

describe('runs that nobody looks after', () => {
  it('random faults have a timeout, which the block names', () => {
    const finished = renacer(['--chaos-byzantine', '0.0001', '--', 'true']);
    expect(closingLine(finished, 'timeout')).toMatch(/ of 600\.0 s \(the default with random faults: /);
    expect(
      closingLine(renacer(['--chaos-byzantine', '0.0001', '--chaos-timeout', '0', '--', 'true']), 'timeout'),
    ).toBeUndefined();
    expect(closingLine(renacer(['-e', 'inject=read:error=EIO:when=99', '--', 'true']), 'timeout')).toBeUndefined();
  });
});

describe('a replay that diverged', () => {
  it('has no verdict, and --expect survived is not met', () => {
    const directory = emptyDirectory();
    const recording = path.join(directory, 'faults.jsonl');
    const file = path.join(directory, 'script.sh');
    writeFileSync(file, 'cat /etc/hostname > /dev/null || exit 3\n');
    expect(
      renacer(['-e', 'inject=read:error=EIO:fd=3:path=/etc/hostname', '--record', recording, '--', 'sh', file]).status,
    ).toBe(3);
    writeFileSync(file, 'true\n');
    const finished = renacer(['replay', recording, '--expect', 'survived']);
    expect(outcome(finished)).toMatch(
      /^diverged: the run diverged from its recording: 1 of 1 recorded faults did not come again; it exited with status 0 \(/,
    );
    expect(finished.status).toBe(1);
    expect(renacer(['replay', recording]).status).toBe(1);
  });
});

describe('a recording has all that judged', () => {
  it('check, limits and expectation', () => {
    const directory = emptyDirectory();
    const recording = path.join(directory, 'lost.jsonl');
    const report = path.join(directory, 'lost.json');
    const conf = path.join(directory, 'conf');
    writeFileSync(conf, 'old');
    const recorded = renacer([
      ...['-e', `inject=write:lost:path=${conf}`, '--chaos-timeout', '40s', '--chaos-memory-limit', '300M'],
      ...['--verify', `grep -q new ${conf}`, '--expect', 'corrupted', '--record', recording, '--report', report],
      ...['--', 'sh', '-c', `echo new > ${conf}`],
    ]);
    expect(outcome(recorded)).toMatch(/^corrupted: exited with status 0, but its check exited with 1 \(after /);
    expect(recorded.status).toBe(0);
    for (const file of [recording, report]) {
      const replayed = renacer(['replay', file]);
      expect(outcome(replayed)).toMatch(/^corrupted: exited with status 0, but its check exited with 1 /);
      expect(closingLine(replayed, 'timeout')).toMatch(/ of 40\.0 s$/);
      expect(closingLine(replayed, 'memory')).toMatch(/ of 300 MiB/);
      expect(replayed.status).toBe(file === recording ? 0 : 1);
    }
    expect(closingLine(renacer(['replay', recording, '--chaos-timeout', '30s']), 'timeout')).toMatch(/ of 30\.0 s$/);
  });
});
