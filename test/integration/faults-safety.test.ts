import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { reported } from '../support/command-line.ts';
import { guest, hasCompiler, RENACER, scratch } from '../support/guests.ts';
import { until } from '../support/limits.ts';
import { PYTHON, processesNaming } from '../support/programs.ts';

/** Every kind of fault, and every errno that leaves something behind. */
const KINDS = [
  ...['error=EIO', 'error=EINTR', 'error=EPIPE', 'error=ECONNRESET', 'error=ECONNABORTED', 'error=EIO:strace'],
  ...[
    'retval=0',
    'retval=-1',
    'retval=0x7fffffffffffffff',
    'short=1',
    'after=EIO',
    'lost',
    'corrupt=1',
    'corrupt=9bits,random',
  ],
  ...['kill=before', 'kill=after', 'signal=USR1', 'delay_enter=1ms', 'delay_exit=1ms'],
  ...['poke_enter=@arg2=00', 'poke_exit=@arg2=00', 'error=EIO:syscall=getpid', 'after=EIO:delay_exit=1ms:signal=CHLD'],
];

/** A program in Python that does much of what programs do: files, pipes, sockets, threads, children, timers. */
const BUSY = `
import os, socket, subprocess, sys, tempfile, threading, time, select
def attempt(what):
    try: what()
    except BaseException: pass
def files():
    with tempfile.TemporaryFile() as f:
        f.write(b'x' * 5000); f.flush(); os.fsync(f.fileno()); f.seek(0); f.read()
def network():
    a, b = socket.socketpair()
    a.sendall(b'hello'); b.recv(5); a.close(); b.close()
def threads():
    all = [threading.Thread(target=files) for _ in range(3)]
    for t in all: t.start()
    for t in all: t.join()
def child(): subprocess.run(['/bin/echo', 'hello'], stdout=subprocess.DEVNULL)
def waiting():
    r, w = os.pipe(); select.select([r], [], [], 0.001); os.close(r); os.close(w)
for _ in range(3):
    for what in files, network, threads, child, waiting: attempt(what)
`;

const EXIT_OWN_FAILURE = 125;

describe.skipIf(!hasCompiler)('every fault on every system call (skipped without a C compiler)', () => {
  it.each(KINDS)('%s', (kind) => {
    const program = guest('every-call');
    const options = ['-e', `inject=all:${kind}:arg6==-1`, '--chaos-timeout=5m'];
    const { status, report } = reported([...options, '--', program]);
    expect(status).not.toBe(EXIT_OWN_FAILURE);
    expect(report.outcome).toBe('survived');
    expect(report.rules[0]!.eligible).toBeGreaterThan(400);
    expect(report.rules[0]!.fired).toBeGreaterThan(0);
    expect(processesNaming(program)).toEqual([]);
  });
});

describe.skipIf(!PYTHON)('every fault now and then, in a program that does much (skipped without python3)', () => {
  it.each(KINDS)('%s', (kind) => {
    const mark = path.join(scratch(), 'busy');
    for (const seed of [1, 2]) {
      const options = [
        '-e',
        `inject=all:${kind}:prob=0.01:from=entry`,
        '--chaos-timeout=4s',
        `--seed=${seed}`,
        '--chaos-kill-after=1s',
      ];
      const { status, report } = reported([...options, '--', PYTHON, '-c', BUSY, mark]);
      expect(status).not.toBe(EXIT_OWN_FAILURE);
      expect(report.rules[0]!.eligible).toBeGreaterThan(0);
      expect(processesNaming(mark)).toEqual([]);
    }
  });

  it('meets no process outside of the tree', async () => {
    const script = 'import os,sys\nwhile not os.path.exists(sys.argv[1]): os.stat("/")\nprint("untouched")';
    const end = path.join(scratch(), 'end');
    const bystander = spawn(PYTHON, ['-c', script, end], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    bystander.stdout.on('data', (data) => {
      said += data;
    });
    const { report } = reported(['-e', 'inject=all:error=EIO:from=entry', '--', 'touch', end]);
    expect(report.rules[0]!.fired).toBeGreaterThan(0);
    expect(existsSync(end)).toBe(false);
    reported(['-e', 'inject=all:signal=USR1:prob=0.1:from=entry:when=20+', '--', 'sh', '-c', 'true; true']);
    reported(['--', 'touch', end]);
    await once(bystander, 'close');
    expect(said).toBe('untouched\n');
  });

  it('killed at any moment, it leaves no task that goes on with half a fault', async () => {
    const file = path.join(scratch(), 'file');
    const script =
      'import os,sys\nfd=os.open(sys.argv[1],os.O_CREAT|os.O_WRONLY)\nwhile True: os.pwrite(fd,b"0123456789",0)';
    for (const ms of [5, 20, 60]) {
      const rule = 'pwrite64:corrupt=10,zero:delay_enter=5ms:delay_exit=5ms';
      const renacer = spawn(RENACER, ['-e', `inject=${rule}`, '--', PYTHON, '-c', script, file], {
        stdio: 'ignore',
      });
      await until(() => existsSync(file) && readFileSync(file).length > 0);
      await pause(ms);
      renacer.kill('SIGKILL');
      await once(renacer, 'exit');
      await until(() => processesNaming(file).length === 0);
      // What was injected so far is all that there is: nobody has written uncorrupted bytes since.
      expect(readFileSync(file)).toEqual(Buffer.alloc(10));
    }
  });
});
