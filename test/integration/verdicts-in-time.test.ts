import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { scratch } from '../support/guests.ts';
import { missingForPackets } from '../support/network.ts';
import { PYTHON } from '../support/programs.ts';
import { closingLine, type Finished, RENACER, renacerBeside } from '../support/renacer.ts';

/** Verdicts in which time has a part: timeouts, idleness, what ended first. They wait, so there are several at once. */

const missing = await missingForPackets();

function outcome(finished: Finished): string | undefined {
  return closingLine(finished, 'outcome');
}

/** A run with a JSON report. */
async function reportOf(args: readonly string[]): Promise<Report> {
  const file = path.join(scratch(), 'report.json');
  await renacerBeside(['--report', file, ...args]);
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

describe.concurrent('a run that nobody looks after', () => {
  it('a tree that is idle since a fault is told of, once', async () => {
    const { stderr } = await renacerBeside(['-e', 'inject=close:error=EIO:when=1', '--', 'sleep', '20']);
    expect(
      stderr.match(/^renacer: idle for \d+ s; the last fault: error=EIO at close #1 of task 0 .*$/gm),
    ).toHaveLength(1);
  });
});

describe.concurrent('our own delays are no idleness, and hold up no signal', () => {
  const TIMES = ['--chaos-timeout', '15s', '--chaos-kill-after', '1m', '--hang-after', '2s'];

  it('a slow file', async () => {
    const finished = await renacerBeside([...TIMES, '--chaos-io-latency', '60s', 'cat', '/etc/passwd']);
    expect(outcome(finished)).toMatch(/^stopped: timeout of 15 s reached \(/);
    expect(closingLine(finished, 'timeout')).toBe('15.0 s reached, ended by SIGTERM');
    expect(closingLine(finished, 'injected')).toBe('only delays: 1 call');
  });

  it('many short delays', async () => {
    const command = ['sh', '-c', 'while read -r line; do :; done < /etc/services'];
    const finished = await renacerBeside([...TIMES, '--chaos-io-latency', '300ms', ...command]);
    expect(outcome(finished)).toMatch(/^stopped: /);
  });

  it.each(['delay_enter', 'delay_exit'])('%s', async (delay) => {
    const rule = `inject=clock_nanosleep:${delay}=60s`;
    const finished = await renacerBeside([...TIMES, '-e', rule, '--', 'sleep', '0.1']);
    expect(outcome(finished)).toMatch(/^stopped: /);
    expect(closingLine(finished, 'timeout')).toBe('15.0 s reached, ended by SIGTERM');
  });

  it('a program that waits by itself hangs', async () => {
    const finished = await renacerBeside([...TIMES, '-e', 'inject=read:error=EIO:when=99', 'sleep', '60']);
    expect(outcome(finished)).toMatch(/^hung: timeout of 15 s reached, and the whole tree had been idle \(after /);
    expect(finished.status).toBe(124);
  });
});

describe.concurrent('what ended first counts', () => {
  it('though Renacer was stopped meanwhile', async () => {
    const running = spawn(RENACER, ['--chaos-timeout', '8s', '--', 'sh', '-c', 'echo ready; sleep 1; exit 7']);
    const stderr = text(running.stderr);
    await once(running.stdout, 'data');
    running.kill('SIGSTOP');
    await sleep(9000);
    running.kill('SIGCONT');
    const [status] = await once(running, 'exit');
    expect(status).toBe(7);
    expect(await stderr).toMatch(/outcome +failed \(exit status 7 after/);
  });

  it('the command before what it had left running', async () => {
    const finished = await renacerBeside(['--chaos-timeout', '8s', '--', 'sh', '-c', 'sleep 60 & exit 7']);
    expect(finished.status).toBe(7);
    expect(outcome(finished)).toMatch(/^failed \(exit status 7 /);
    expect(closingLine(finished, 'timeout')).toBe('8.00 s reached, ended by SIGTERM');
  });

  it('an injected signal before the deadline of the rest: one cause', async () => {
    const shell = ['sh', '-c', 'sleep 60 & /bin/true; kill -0 $$'];
    const finished = await renacerBeside(['--chaos-timeout', '8s', '-e', 'inject=kill:signal=SIGUSR1', '--', ...shell]);
    expect(outcome(finished)).toMatch(
      /^stopped: ended by the injected signal SIGUSR1, sent at kill by signal=SIGUSR1 \(/,
    );
    expect(finished.status).toBe(128 + 10);
  });

  it('exit 0, and what it had left running is timed out', async () => {
    const patient = ['--chaos-timeout', '8s', '--hang-after', '1m'];
    const finished = await renacerBeside([...patient, '--', 'sh', '-c', 'sleep 60 & exit 0']);
    expect(outcome(finished)).toMatch(
      /^stopped: timeout of 8 s reached, by processes that the command had left running \(/,
    );
    expect(finished.status).toBe(124);
  });
});

describe.concurrent('a livelock is not slowness', () => {
  const SERVER = `
import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.create_connection(s.getsockname())
while True:
    try: s.accept(); break
    except OSError: pass
`;
  const NO_DESCRIPTORS = ['-e', 'inject=accept4:error=EMFILE'];

  it('a server that retries without end', async () => {
    const report = await reportOf([...NO_DESCRIPTORS, '--chaos-timeout', '12s', '--', PYTHON, '-c', SERVER]);
    expect(report.outcome).toBe('stopped');
    expect(report.reason?.message).toMatch(/; it spun: accept4 failed with EMFILE [\d,]+ times in a row$/);
    expect(report.spin).toMatchObject({ task: '0', syscall: 'accept4', fault: 'error=EMFILE' });
  });

  it('and so is one that waits in between', async () => {
    const waits = SERVER.replace('pass', '__import__("time").sleep(0.05)');
    const report = await reportOf([
      ...[...NO_DESCRIPTORS, '--chaos-timeout', '12s', '--hang-after', '3s'],
      ...['--', PYTHON, '-c', waits],
    ]);
    expect(report.reason?.message).toContain('it spun: accept4 failed with EMFILE');
  });

  it('a program that goes on after the fault does not spin', async () => {
    const goesOn = SERVER.replace('except OSError: pass', 'except OSError: break');
    const script = `${goesOn}\nwhile True: pass`;
    const report = await reportOf([...NO_DESCRIPTORS, '--chaos-timeout', '12s', '--', PYTHON, '-c', script]);
    expect(report).toMatchObject({ outcome: 'stopped', spin: null });
  });
});

describe.concurrent('data that trickles in is progress, without any chaos on its way', () => {
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
  const TIMES = ['--chaos-timeout', '12s', '--hang-after', '3s'];

  it.each([
    ['a TCP socket', 'curl -sN http://127.0.0.1:$port/', /^stopped: /],
    ['a pipe', 'cat', /^stopped: /],
    ['nobody, to one that only waits', 'sleep 100', /^hung: /],
  ])('from %s', async (_, client, verdict) => {
    const script = `${PYTHON} -c "$SERVE" >port & server=$!
      while [ ! -s port ]; do sleep 0.05; done; port=$(cat port)
      ( i=0; while [ $((i += 1)) -lt 60 ]; do echo x; sleep 0.3; done ) | ${RENACER} ${TIMES.join(' ')} -- ${client}
      kill $server`;
    const shell = spawn('sh', ['-c', script], {
      cwd: scratch(),
      env: { ...process.env, SERVE, NO_COLOR: '', CHAOS_MODE: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const stderr = await text(shell.stderr);
    expect(closingLine({ status: 0, signal: null, stdout: '', stderr }, 'outcome')).toMatch(verdict);
  });
});

describe.concurrent('a slow network is not an idle program', () => {
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
  const TIMES = ['--chaos-timeout', '15s', '--hang-after', '4s'];

  for (const [backend, lacking] of BACKENDS)
    describe.skipIf(lacking !== undefined)(`${backend} ${lacking ?? ''}`, () => {
      it('what is held, and what trickles in', async () => {
        const through = ['--network-backend', backend, ...TIMES];
        const late = await renacerBeside([...through, '--chaos-network-latency', '12s', '--', PYTHON, '-c', TALK]);
        expect(outcome(late)).toMatch(/^stopped: timeout of 15 s reached \(/);
        expect(closingLine(late, 'injected')).toMatch(/^only delays: \d+ packets?$/);
        const trickling = await renacerBeside([...through, '--chaos-network-latency', '1ms', '--', PYTHON, '-c', TALK]);
        expect(outcome(trickling)).toMatch(/^stopped: /);
      });

      it('but one that waits for what never comes hangs', async () => {
        const through = ['--network-backend', backend, ...TIMES];
        const cut = await renacerBeside([...through, '--chaos-partition', '--', PYTHON, '-c', TALK]);
        expect(outcome(cut)).toMatch(/^hung: /);
      });
    });
});
