import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { missingForPackets } from '../support/network.ts';
import { PYTHON } from '../support/programs.ts';
import { closingLine, emptyDirectory, type Finished, RENACER, renacer } from '../support/renacer.ts';

const missing = await missingForPackets();

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

describe('our own delays are no idleness, and hold up no signal', () => {
  it('a slow file', () => {
    const finished = renacer([
      '--chaos-io-latency',
      '20s',
      '--chaos-timeout',
      '3s',
      '--hang-after',
      '1s',
      'cat',
      '/etc/passwd',
    ]);
    expect(outcome(finished)).toMatch(/^stopped: timeout of 3 s reached \(/);
    expect(closingLine(finished, 'timeout')).toBe('3.00 s reached, ended by SIGTERM');
    expect(closingLine(finished, 'injected')).toBe('only delays: 1 call');
  });

  it('many short delays', () => {
    const args = ['--chaos-io-latency', '300ms', '--chaos-timeout', '3s', '--hang-after', '1s'];
    const finished = renacer([...args, 'sh', '-c', 'while read -r line; do :; done < /etc/services']);
    expect(outcome(finished)).toMatch(/^stopped: /);
  });

  it.each(['delay_enter', 'delay_exit'])('%s', (delay) => {
    const rule = `inject=clock_nanosleep:${delay}=20s`;
    const finished = renacer(['-e', rule, '--chaos-timeout', '2s', '--hang-after', '1s', '--', 'sleep', '0.1']);
    expect(outcome(finished)).toMatch(/^stopped: /);
    expect(closingLine(finished, 'timeout')).toBe('2.00 s reached, ended by SIGTERM');
  });

  it('a program that waits by itself hangs', () => {
    const finished = renacer([
      '--chaos-timeout',
      '2s',
      '--hang-after',
      '1s',
      '-e',
      'inject=read:error=EIO:when=99',
      'sleep',
      '60',
    ]);
    expect(outcome(finished)).toMatch(/^hung: timeout of 2 s reached, and the whole tree had been idle \(after /);
    expect(finished.status).toBe(124);
  });
});

describe('what ended first counts', () => {
  it('though Renacer was stopped meanwhile', async () => {
    const running = spawn(RENACER, ['--chaos-timeout', '3s', '--', 'sh', '-c', 'echo ready; sleep 1; exit 7']);
    const stderr = text(running.stderr);
    await once(running.stdout, 'data');
    running.kill('SIGSTOP');
    await sleep(4000);
    running.kill('SIGCONT');
    const [status] = await once(running, 'exit');
    expect(status).toBe(7);
    expect(await stderr).toMatch(/outcome +failed \(exit status 7 after/);
  });

  it('the command before what it had left running', () => {
    const finished = renacer(['--chaos-timeout', '2s', '--', 'sh', '-c', 'sleep 60 & exit 7']);
    expect(finished.status).toBe(7);
    expect(outcome(finished)).toMatch(/^failed \(exit status 7 /);
    expect(closingLine(finished, 'timeout')).toBe('2.00 s reached, ended by SIGTERM');
  });

  it('an injected signal before the deadline of the rest: one cause', () => {
    const script = 'sleep 60 & /bin/true; kill -0 $$';
    const finished = renacer(['--chaos-timeout', '3s', '-e', 'inject=kill:signal=SIGUSR1', '--', 'sh', '-c', script]);
    expect(outcome(finished)).toMatch(
      /^stopped: ended by the injected signal SIGUSR1, sent at kill by signal=SIGUSR1 \(/,
    );
    expect(finished.status).toBe(128 + 10);
  });

  it('exit 0, and what it had left running is timed out', () => {
    const finished = renacer(['--chaos-timeout', '2s', '--', 'sh', '-c', 'sleep 60 & exit 0']);
    expect(outcome(finished)).toMatch(
      /^stopped: timeout of 2 s reached, by processes that the command had left running \(/,
    );
    expect(finished.status).toBe(124);
  });
});

describe('a livelock is not slowness', () => {
  const SERVER = `
import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.create_connection(s.getsockname())
while True:
    try: s.accept(); break
    except OSError: pass
`;

  it('a server that retries without end', () => {
    const report = reportOf(['-e', 'inject=accept4:error=EMFILE', '--chaos-timeout', '3s', '--', PYTHON, '-c', SERVER]);
    expect(report.outcome).toBe('stopped');
    expect(report.reason?.message).toMatch(/; it spun: accept4 failed with EMFILE [\d,]+ times in a row$/);
    expect(report.spin).toMatchObject({ task: '0', syscall: 'accept4', fault: 'error=EMFILE' });
  });

  it('and so is one that waits in between', () => {
    const waits = SERVER.replace('pass', '__import__("time").sleep(0.05)');
    const report = reportOf([
      '-e',
      'inject=accept4:error=EMFILE',
      '--chaos-timeout',
      '4s',
      '--hang-after',
      '1s',
      '--',
      PYTHON,
      '-c',
      waits,
    ]);
    expect(report.reason?.message).toContain('it spun: accept4 failed with EMFILE');
  });

  it('a program that goes on after the fault does not spin', () => {
    const goesOn = SERVER.replace('except OSError: pass', 'except OSError: break');
    const script = `${goesOn}\nwhile True: pass`;
    const report = reportOf(['-e', 'inject=accept4:error=EMFILE', '--chaos-timeout', '2s', '--', PYTHON, '-c', script]);
    expect(report).toMatchObject({ outcome: 'stopped', spin: null });
  });
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

  it('a tree that is idle since a fault is told of, once', () => {
    const { stderr } = renacer(['-e', 'inject=close:error=EIO:when=1', '--', 'sleep', '14']);
    expect(
      stderr.match(/^renacer: idle for 1\d s; the last fault: error=EIO at close #1 of task 0 .*$/gm),
    ).toHaveLength(1);
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

describe('data that trickles in is progress, without any chaos on its way', () => {
  const SERVE = `
import socket, sys, threading, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
def serve():
    c, _ = s.accept()
    c.recv(1000); c.send(b'HTTP/1.0 200 OK\\r\\n\\r\\n')
    while True:
        c.send(b'x'); time.sleep(0.3)
threading.Thread(target=serve, daemon=True).start()
print(s.getsockname()[1], flush=True)
time.sleep(60)
`;
  const TIMES = ['--chaos-timeout', '3s', '--hang-after', '1s'];

  it.each([
    ['a TCP socket', 'curl -sN http://127.0.0.1:$port/', /^stopped: /],
    ['a pipe', 'cat', /^stopped: /],
    ['nobody, to one that only waits', 'sleep 100', /^hung: /],
  ])('from %s', (_, client, verdict) => {
    const script = `${PYTHON} -c "$SERVE" >port & server=$!
      while [ ! -s port ]; do sleep 0.05; done; port=$(cat port)
      ( i=0; while [ $((i += 1)) -lt 30 ]; do echo x; sleep 0.3; done ) | ${RENACER} ${TIMES.join(' ')} -- ${client}
      kill $server`;
    const ended = spawnSync('sh', ['-c', script], {
      cwd: emptyDirectory(),
      env: { ...process.env, SERVE, NO_COLOR: '', CHAOS_MODE: '' },
      encoding: 'utf8',
    });
    expect(closingLine({ ...ended, signal: null }, 'outcome')).toMatch(verdict);
  });
});

describe('a slow network is not an idle program', () => {
  const TALK = `
import socket, threading, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
def serve():
    c, _ = s.accept()
    while True:
        time.sleep(0.7); c.send(b'x')
threading.Thread(target=serve, daemon=True).start()
c = socket.create_connection(s.getsockname())
while True: c.recv(100)
`;
  const BACKENDS = ['packets', 'syscalls'].map((name) => [name, name === 'packets' ? missing : undefined] as const);
  const TIMES = ['--chaos-timeout', '6s', '--hang-after', '2s'];

  for (const [backend, lacking] of BACKENDS)
    describe.skipIf(lacking !== undefined)(`${backend} ${lacking ?? ''}`, () => {
      it('what is held, and what trickles in', () => {
        const through = ['--network-backend', backend, ...TIMES];
        const late = renacer([...through, '--chaos-network-latency', '5s', '--', PYTHON, '-c', TALK]);
        expect(outcome(late)).toMatch(/^stopped: timeout of 6 s reached \(/);
        expect(closingLine(late, 'injected')).toMatch(/^only delays: \d+ packets$/);
        const trickling = renacer([...through, '--chaos-network-latency', '1ms', '--', PYTHON, '-c', TALK]);
        expect(outcome(trickling)).toMatch(/^stopped: /);
      });

      it('but one that waits for what never comes hangs', () => {
        const cut = renacer(['--network-backend', backend, ...TIMES, '--chaos-partition', '--', PYTHON, '-c', TALK]);
        expect(outcome(cut)).toMatch(/^hung: /);
      });
    });
});
