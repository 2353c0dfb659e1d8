import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import type { InjectedCallFault, RunResult } from '../../src/model/run-result.ts';
import { built } from '../support/limits.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { emptyDirectory, RENACER, renacer } from '../support/renacer.ts';

const { ChaosConfig, replay, run } = await built<typeof Library>('index.js');

type Config = Parameters<typeof ChaosConfig.fromJSON>[0];

/** A run under this configuration, in the form of its file. */
function runWith(config: Config, command: string, args: readonly string[], cwd = emptyDirectory()): Promise<RunResult> {
  return run(command, args, { chaos: ChaosConfig.fromJSON(config), cwd });
}

const python = (config: Config, script: string, cwd?: string): Promise<RunResult> =>
  runWith(config, 'python3', ['-c', script], cwd);

/** Where faults were injected: task, call and ordinal. */
const places = ({ faults }: RunResult): string[] =>
  (faults as InjectedCallFault[]).map(({ at }) => `${at.lineage} ${at.syscall} ${at.ordinal}`);

describe('phases by time, where nothing is traced', () => {
  it('change the limits of a running tree, and set them back', async () => {
    const script = `
      limit() { cat "/sys/fs/cgroup$1" 2>/dev/null || cat "$2"; }
      v1=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup); v2=$(sed -n 's/^0:://p' /proc/self/cgroup)
      for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        limit "$v2/memory.max" "/sys/fs/cgroup/memory$v1/memory.limit_in_bytes"; sleep 0.1
      done`;
    const { phases, trace, stdout } = await runWith(
      { phases: [{ name: 'squeeze', at: '500ms', for: '700ms', memory_limit: '64M' }] },
      'sh',
      ['-c', script],
    );
    const seen = stdout!.trim().split('\n');
    expect(trace.engine).toBe('none');
    expect(seen).toContain(`${64 * 2 ** 20}`);
    expect([seen[0], seen.at(-1)]).toEqual([seen[0], seen[0]]);
    expect(phases).toMatchObject([
      { name: 'squeeze', instance: 1, began: { why: 'at 500ms', exact: false }, ended: { why: 'for 700ms' } },
    ]);
    expect(phases[0]!.error).toBeUndefined();
  });

  it('let the tree stand still, and signal a program by its name', async () => {
    const script = `trap 'echo heard' USR1; sleep 3 & while kill -0 $! 2>/dev/null; do wait $!; done; echo over`;
    const { stdout, phases, outcome, trace } = await runWith(
      {
        phases: [
          { name: 'still', at: '300ms', for: '300ms', pause: true },
          { name: 'nudge', after: 'still', signal: 'USR1', signal_to: 'sh' },
          { name: 'end', at: '1s', signal: 'TERM', signal_to: 'sleep' },
        ],
      },
      'sh',
      ['-c', script],
    );
    expect(stdout).toBe('heard\nover\n');
    expect(trace.engine).toBe('none');
    expect(outcome).toBe('survived');
    expect(phases.map(({ name, error }) => [name, error])).toEqual([
      ['still', undefined],
      ['nudge', undefined],
      ['end', undefined],
    ]);
  });

  it('say that a signal reached nobody, and that a command outside failed', async () => {
    const { phases } = await runWith(
      {
        phases: [
          { name: 'nobody', at: '100ms', signal: 'USR1', signal_to: 'no-such' },
          { name: 'outside', at: '100ms', run: 'exit 3' },
        ],
      },
      'sleep',
      ['0.5'],
    );
    expect(phases.map(({ error }) => error)).toEqual([
      'no process no-such was there to be signalled',
      'exit 3: exit status 3',
    ]);
  });

  it('start a command again, and keep another one down until its phase is over', async () => {
    const cwd = emptyDirectory();
    const script = 'echo "$$" >>starts; [ "$(wc -l <starts)" = 3 ] || sleep 30';
    const { outcome, phases } = await runWith(
      {
        phases: [
          { name: 'again', at: '300ms', restart: true },
          { name: 'down', at: '800ms', for: '300ms', restart: 'KILL' },
        ],
      },
      'sh',
      ['-c', script],
      cwd,
    );
    expect(outcome).toBe('survived');
    expect(readFileSync(path.join(cwd, 'starts'), 'utf8').trim().split('\n')).toHaveLength(3);
    expect(phases.map(({ name, ended }) => [name, ended?.why])).toEqual([
      ['again', 'at once'],
      ['down', 'for 300ms'],
    ]);
  });

  it('start a command again that stands still, and let it stand still again', async () => {
    const cwd = emptyDirectory();
    const { outcome, phases } = await runWith(
      {
        phases: [
          { name: 'still', at: '100ms', for: '900ms', pause: true },
          { name: 'again', at: '400ms', restart: true },
        ],
      },
      'sh',
      ['-c', 'echo started >>starts; sleep 0.5; [ "$(wc -l <starts)" = 2 ] && echo done >>starts'],
      cwd,
    );
    expect(outcome).toBe('survived');
    expect(readFileSync(path.join(cwd, 'starts'), 'utf8')).toBe('started\nstarted\ndone\n');
    expect(phases.map(({ name, ended }) => [name, ended?.why])).toEqual([
      ['still', 'for 900ms'],
      ['again', 'at once'],
    ]);
  });

  it('a command that is down already is not ended by another restart when it runs again', async () => {
    const cwd = emptyDirectory();
    const { outcome } = await runWith(
      {
        timeout: '1m',
        kill_after: '100ms',
        phases: [
          { name: 'down', at: '200ms', for: '600ms', restart: true },
          { name: 'again', at: '500ms', restart: true },
        ],
      },
      'sh',
      ['-c', 'echo started >>starts; sleep 1'],
      cwd,
    );
    expect(outcome).toBe('survived');
    expect(readFileSync(path.join(cwd, 'starts'), 'utf8')).toBe('started\nstarted\n');
  });

  it('are not begun again by a run that is to end', async () => {
    const { phases, outcome } = await runWith(
      {
        timeout: '500ms',
        kill_after: '200ms',
        phases: [
          { name: 'still', at: '100ms', for: '1m', pause: true },
          { name: 'later', at: '600ms', signal: 'USR1' },
        ],
      },
      'sleep',
      ['60'],
    );
    expect(outcome).toBe('stopped');
    expect(phases.map(({ name }) => name)).toEqual(['still']);
  });

  it('refuse a limit that can not change, before the start', async () => {
    const cwd = emptyDirectory();
    const config = { memory_failure: 'enomem', phases: [{ name: 'a', at: '1s', for: '1s', memory_limit: '64M' }] };
    await expect(runWith(config, 'touch', ['made'], cwd)).rejects.toMatchObject({ code: 'MEMORY_LIMIT_UNAVAILABLE' });
    expect(existsSync(path.join(cwd, 'made'))).toBe(false);
  });
});

describe('phases by what happens', () => {
  const SEEN = `
import atexit, os
seen = []
atexit.register(lambda: print("seen:" + ";".join(seen), flush=True))
def tries(what):
    try: open("/etc/hostname").close(); seen.append(what + " fine")
    except OSError as e: seen.append(what + " " + str(e.errno))
`;
  const EIO = { rules: [{ syscall: 'openat', path: '/etc/hostname', error: 'EIO' }] };
  /** What became of its tries. */
  const said = ({ stdout }: RunResult) => /^seen:(.*)$/m.exec(stdout!)![1]!.split(';');

  it('a line of output: the first call behind the write is in it', async () => {
    const result = await python(
      { phases: [{ name: 'p', on: { output: '^go$' }, until: { output: '^stop$' }, ...EIO }] },
      `${SEEN}
tries("a"); os.write(1, b"g"); tries("b"); os.write(1, b"o\\nx"); tries("c"); os.write(1, b"\\nstop\\n"); tries("d")`,
    );
    expect(said(result)).toEqual(['a fine', 'b fine', 'c 5', 'd fine']);
    expect(result.phases).toMatchObject([
      { began: { exact: true, at: { task: '0', call: 'write' } }, ended: { exact: true, at: { call: 'write' } } },
    ]);
  });

  it('the Nth call of a selector is the first in it', async () => {
    const result = await python(
      {
        phases: [
          { name: 'p', on: { syscall: 'openat', path: '/etc/hostname', nth: 3 }, until: { syscall: 'mkdir' }, ...EIO },
        ],
      },
      `${SEEN}
for n in "abcd": tries(n)
os.mkdir("made"); tries("e")`,
    );
    expect(said(result)).toEqual(['a fine', 'b fine', 'c 5', 'd 5', 'e fine']);
    expect(result.backends).toMatchObject({
      faults: expect.stringMatching('ptrace'),
      phases: expect.stringMatching('ptrace'),
    });
  });

  it('a file that is made, grows and goes; a phase begun and ended', async () => {
    const result = await python(
      {
        phases: [
          { name: 'made', on: { file: '*.db', is: 'created' }, until: { file: '*.db', is: 'size>10' }, ...EIO },
          { name: 'gone', on: { file: '*.db', is: 'gone' }, ...EIO },
          { name: 'follows', on: { phase: 'made', is: 'ended' }, signal: 'SIGUSR1' },
        ],
      },
      `${SEEN}
import signal
signal.signal(signal.SIGUSR1, lambda *_: seen.append("usr1"))
f = open("x.db", "wb", buffering=0); tries("a"); f.write(b"12345"); tries("b"); f.write(b"678901"); tries("c")
os.rename("x.db", "y"); tries("d")`,
    );
    expect(said(result)).toEqual(['a 5', 'b 5', 'usr1', 'c fine', 'd 5']);
  });

  it('a socket that listens, and one that connects', async () => {
    const result = await python(
      { phases: [{ name: 'listens', on: { listen: ':18731' }, until: { connect: '127.0.0.1:18731' }, ...EIO }] },
      `${SEEN}
import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", 18731)); tries("a")
s.listen(); tries("b"); c = socket.create_connection(("127.0.0.1", 18731)); tries("c")`,
    );
    expect(said(result)).toEqual(['a fine', 'b 5', 'c fine']);
  });

  it('the end of a task', async () => {
    const result = await runWith({ phases: [{ name: 'exits', on: { exit: '0.2' }, ...EIO }] }, 'sh', [
      '-c',
      'cat /etc/hostname >/dev/null && echo 1; (exit 0); cat /etc/hostname >/dev/null || echo 3',
    ]);
    expect(result.stdout).toBe('1\n3\n');
  });

  it('same seed, same faults at the same coordinates', { timeout: PATIENCE_MS }, async () => {
    const cwd = emptyDirectory();
    writeFileSync(
      path.join(cwd, 'in.sql'),
      'create table t(a);\ninsert into t values (1),(2),(3);\nselect count(*) from t;\n',
    );
    const once = () => {
      const config = {
        seed: 7,
        phases: [
          {
            name: 'bad disk',
            on: { file: '*.db-journal', is: 'created' },
            until: { file: '*.db-journal', is: 'gone' },
            byzantine: { rate: 0.3, syscalls: ['%file', 'fdatasync', 'pwrite64'], kinds: ['error'] },
          },
        ],
      } as const;
      return runWith(config as unknown as Config, 'sh', ['-c', 'rm -f x.db*; sqlite3 x.db <in.sql'], cwd);
    };
    const first = await once();
    expect(places(first)).not.toEqual([]);
    expect(first.phases[0]).toMatchObject({ name: 'bad disk', began: { exact: true } });
    for (let again = 0; again < 4; again++) expect(places(await once())).toEqual(places(first));
  });

  it('a strategy of who runs next: outside of its phase nobody is switched to', async () => {
    const children = 'for i in 1 2 3; do (cat /dev/null) & done; wait';
    const runs = (name: string) =>
      runWith({ seed: 3, phases: [{ name: 'mix', on: { output: name }, schedule: 'urw' }] }, 'sh', [
        '-c',
        `${children}; echo go; ${children}`,
      ]);
    expect((await runs('never')).schedule!.switches).toEqual([]);
    expect((await runs('go')).schedule!.switches).not.toEqual([]);
  });

  it('a command that is traced is started again, and its tasks have names of their own', async () => {
    const cwd = emptyDirectory();
    const result = await python(
      {
        phases: [
          { name: 'again', on: { output: 'first' }, restart: true },
          { name: 'p', on: { output: 'second' }, ...EIO },
        ],
      },
      `${SEEN}
import time
if not os.path.exists("mark"):
    open("mark", "w"); print("first", flush=True); time.sleep(60)
print("second", flush=True); tries("a")`,
      cwd,
    );
    expect(said(result)).toEqual(['a 5']);
    expect(result.outcome).toBe('survived');
    expect(places(result)[0]).toMatch(/^0~2 openat/);
  });

  it.each([['as it is'], ['traced']])(
    'a command (%s) is started again, however soon the next restart comes',
    async (how) => {
      // Some begin while it is on its way down, some while it is down, and some while it is being started.
      const often = { restart: true, times: 60 };
      const { outcome, phases, trace } = await runWith(
        {
          phases: [
            { ...often, name: 'one', at: '100ms', every: '7ms' },
            { ...often, name: 'other', at: '101ms', every: ['5ms', '9ms'] },
            ...(how === 'traced' ? [{ name: 'never', on: { file: 'none' }, signal: 'TERM' }] : []),
          ],
        },
        'sleep',
        ['0.4'],
      );
      expect(trace.engine).toBe(how === 'traced' ? 'ptrace' : 'none');
      expect(outcome).toBe('survived');
      expect(phases).toHaveLength(120);
    },
  );
});

describe('real programs', () => {
  it('redis-server is cut off from its clients for a while, and answers again', { timeout: PATIENCE_MS }, async () => {
    const cwd = emptyDirectory();
    const socket = path.join(cwd, 's');
    const result = await runWith(
      {
        phases: [
          {
            name: 'refused',
            on: { listen: socket },
            until: { file: 'over', is: 'created' },
            rules: [{ syscall: ['read', 'recvfrom'], fd: 'socket', error: 'ECONNRESET' }],
          },
        ],
      },
      'sh',
      [
        '-c',
        `redis-server --port 0 --unixsocket ${socket} --save '' & pid=$!
         until redis-cli -s ${socket} ping 2>/dev/null | grep PONG; do [ -S ${socket} ] && : >over; sleep 0.05; done
         kill $pid; wait $pid`,
      ],
      cwd,
    );
    expect(result.stdout).toContain('PONG');
    expect(result.phases).toMatchObject([{ name: 'refused', began: { exact: true }, ended: { exact: true } }]);
  });

  it('an outage of packets ends, and what waits goes on', { timeout: PATIENCE_MS }, async () => {
    const result = await python(
      {
        network_backend: 'packets',
        phases: [{ name: 'out', on: { output: 'go' }, for: '600ms', partition: true }],
      },
      `
import socket, threading, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
c = socket.create_connection(s.getsockname()); a, _ = s.accept()
print("go", flush=True); c.send(b"x"); print(a.recv(1), flush=True)`,
    );
    expect(result.stdout).toBe("go\nb'x'\n");
    expect(result.faults.length).toBeGreaterThan(0);
  });

  it('what an emulated network can not do is refused by name', () => {
    const { status, stderr } = renacer([
      '--network-backend',
      'syscalls',
      '--phase',
      'out:at=1s:for=1s:partition',
      '--',
      'echo',
      'started',
    ]);
    expect(status).toBe(125);
    expect(stderr).toContain('partition and packet_loss in a phase need packets');
  });

  it('sqlite3 whose fsync lies for a while loses what it wrote then', { timeout: PATIENCE_MS }, async () => {
    const script = `
      sqlite3 a.db 'create table t(a)'; echo create; sqlite3 a.db 'insert into t values(1)' || echo bad
      echo over; sqlite3 a.db 'insert into t values(2)' || echo bad`;
    const { faults, stdout, backends } = await runWith(
      { phases: [{ name: 'liar', on: { output: 'create' }, until: { output: 'over' }, bugs: ['fsync-lies:prob=1'] }] },
      'sh',
      ['-c', script],
    );
    expect(stdout).toBe('create\nbad\nover\n');
    expect(faults).toMatchObject([{ fault: 'quirk=lost-writeback', at: { lineage: '0.2' } }]);
    expect(backends.faults).toContain('ptrace');
  });

  it('python3 gets signals, and its reads and writes are late, in phases alone', { timeout: PATIENCE_MS }, async () => {
    const script = `
import os, signal
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(len(seen)))
out = os.open("out", os.O_CREAT | os.O_WRONLY)
def some():
    had = len(seen)
    for n in range(20): os.write(out, b"x")
    os.write(1, b"%d\\n" % (len(seen) - had))
for step in b"one\\n", b"two\\n", b"three\\n":
    os.write(1, step)
    some()`;
    const { stdout, backends, trace } = await python(
      {
        phases: [
          {
            name: 'hit',
            on: { output: '^two' },
            until: { output: '^three' },
            signals: ['SIGUSR1'],
            signal_rate: 0.5,
          },
          { name: 'late', on: { output: '^three' }, for: '1h', io_latency: '10ms' },
        ],
      },
      script,
    );
    const [, one, , two, , three] = stdout!.split('\n');
    expect(one).toBe('0');
    expect(Number(two)).toBeGreaterThan(0);
    expect(three).toBe('0');
    expect(backends).toMatchObject({ signals: expect.any(String), io_latency: expect.any(String) });
    expect(trace.delays).toBeGreaterThanOrEqual(20);
    expect(trace.delays).toBeLessThan(40);
  });

  it('nginx is paused and let go', { timeout: PATIENCE_MS }, async () => {
    const cwd = emptyDirectory();
    writeFileSync(
      path.join(cwd, 'n.conf'),
      `daemon off; pid ${cwd}/pid; error_log stderr; events {} http { access_log off; server { listen unix:${cwd}/s; return 200 "well\\n"; } }`,
    );
    const ask = `curl -s --unix-socket ${cwd}/s http://x/`;
    const result = await runWith(
      { phases: [{ name: 'still', at: '700ms', for: '400ms', pause: true }] },
      'sh',
      ['-c', `nginx -p ${cwd} -c n.conf & until ${ask}; do sleep 0.05; done; sleep 1.5; ${ask}; kill $!; wait`],
      cwd,
    );
    expect(result.stdout).toBe('well\nwell\n');
    expect(result.phases).toMatchObject([{ name: 'still', endedMs: expect.any(Number) }]);
  });
});

describe('a replay', { timeout: PATIENCE_MS }, () => {
  const SIGNALLED = `
import os, signal, sys, time
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append("usr1"))
for n in range(4): seen.append(str(n)); os.write(1, b"line %d\\n" % n); time.sleep(0.02)
print(*seen, *sys.argv[1:])`;
  const recorded = async (config: Config, file: string) =>
    run('python3', ['-c', SIGNALLED], { chaos: ChaosConfig.fromJSON(config), record: file });

  it('begins phases at the calls of the recorded run', async () => {
    const file = path.join(emptyDirectory(), 'f.jsonl');
    const config = { phases: [{ name: 'nudge', on: { output: 'line 2' }, signal: 'USR1' }] };
    const first = await recorded(config, file);
    const again = await replay(file);
    expect(first.stdout).toContain('0 1 2 usr1 3');
    expect(again.stdout).toBe(first.stdout);
    expect(again.phases).toMatchObject([{ name: 'nudge', began: { why: 'as recorded', exact: true } }]);
    expect(again.replay).toMatchObject({ recorded: 2, injected: 2, missed: [] });
  });

  it('says which was not reached', async () => {
    const file = path.join(emptyDirectory(), 'f.jsonl');
    await recorded({ phases: [{ name: 'nudge', on: { output: 'line 2' }, signal: 'USR1' }] }, file);
    const again = await replay(file, 'true');
    expect(again.outcome).toBe('diverged');
    expect(again.replay!.missed).toMatchObject([{ fault: 'phase nudge begins' }, { fault: 'phase nudge ends' }]);
  });

  it('has no phases but the recorded ones', async () => {
    const file = path.join(emptyDirectory(), 'f.jsonl');
    const phases = [{ name: 'still', at: '10ms', for: '10ms', pause: true }];
    for (const config of [{ phases }, {}]) {
      await run('true', [], { chaos: ChaosConfig.fromJSON(config), record: file });
      const { status, stderr } = renacer(['replay', file, '--phase', 'other:at=1s:for=1s:pause']);
      expect(stderr).toContain('a replay injects the recorded faults alone, not phases');
      expect(status).toBe(125);
    }
  });

  it('has the times of phases where nothing was traced', async () => {
    const file = path.join(emptyDirectory(), 'f.jsonl');
    const chaos = ChaosConfig.fromJSON({ phases: [{ name: 'still', at: '100ms', for: '200ms', pause: true }] });
    await run('sleep', ['0.6'], { chaos, record: file });
    const { phases, outcome } = await replay(file);
    expect(outcome).toBe('survived');
    expect(phases).toMatchObject([{ name: 'still', began: { why: 'as recorded' }, ended: { why: 'as recorded' } }]);
  });

  it('ends where abort_on names a phase, as the recorded run did', async () => {
    const file = path.join(emptyDirectory(), 'f.jsonl');
    const chaos = ChaosConfig.fromJSON({
      phases: [{ name: 'still', at: '100ms', for: '100ms', pause: true }],
      abort_on: [{ phase: 'still', is: 'ended' }],
    });
    const first = await run('sleep', ['20'], { chaos, record: file });
    const again = await replay(file);
    expect([first.outcome, again.outcome]).toEqual(['stopped', 'stopped']);
    expect(again.durationMs).toBeLessThan(20_000);
  });
});

it('Ctrl-C in a phase ends a tree that stands still', { timeout: PATIENCE_MS }, async () => {
  const script = 'echo up; sleep 0.5; echo never; sleep 60';
  const child = spawn(RENACER, ['--phase', 'still:on=output=up:for=1h:pause', '--', 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const ended = once(child, 'exit');
  await said;
  // It has begun by then: `up` completes a line, and the pause follows.
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
});
