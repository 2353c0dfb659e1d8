import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Capabilities from '../../src/chaos/capabilities.ts';
import type { Report } from '../../src/report/json-report.ts';
import { guest, has, hasCompiler, RENACER, scratch } from '../support/guests.ts';
import { built, until } from '../support/limits.ts';
import { PYTHON } from '../support/programs.ts';
import { renacer } from '../support/renacer.ts';
import { linesByTask } from '../support/trace-lines.ts';

const directory = scratch();
const emptyPlace = scratch();
const { probeCapability } = await built<typeof Capabilities>('chaos/capabilities.js');
const missing = (['BPF', 'cgroup v2'] as const).filter((name) => !probeCapability(name).available);
const needs = missing.length > 0 ? ` (needs ${missing.join(', ')})` : '';

type Engine = 'auto' | 'ptrace' | 'ebpf';

interface Traced {
  readonly status: number | null;
  readonly text: string;
  readonly stderr: string;
  readonly report: Report;
}

function trace(engine: Engine, options: readonly string[], command: readonly string[]): Traced {
  const [output, reportFile] = ['trace', 'report'].map((name) => path.join(directory, name)) as [string, string];
  const own = ['-f', '-o', output, '--report', reportFile, '--engine', engine];
  const { status, stderr } = renacer([...own, ...options, '--', ...command], { cwd: emptyPlace });
  return {
    status,
    stderr,
    text: readFileSync(output, 'utf8'),
    report: JSON.parse(readFileSync(reportFile, 'utf8')) as Report,
  };
}

const BUFFERS = `
import os, select, socket
a, b = socket.socketpair()
a.sendmsg([b'ab', b'cd'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b'\\0\\0\\0\\0')])
b.recvmsg(10, 100)
r, w = os.pipe()
os.writev(w, [b'x' * 40, b'', b'yz'])
os.readv(r, [bytearray(41), bytearray(4)])
select.select([a], [b], [], 0.01)
p = select.poll(); p.register(a.fileno(), select.POLLOUT | select.POLLIN); p.poll(5)
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.socket(); c.connect(s.getsockname()); s.accept(); c.getpeername()
`;

/** Signals of the kernel, that come without a siginfo: a timer's, which is caught; of a pipe without reader, which kills. */
const KERNEL_SIGNALS = `
import os, signal, time
signal.signal(signal.SIGALRM, lambda *_: None); signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
signal.setitimer(signal.ITIMER_REAL, 0.001); time.sleep(0.02); signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
signal.signal(signal.SIGPIPE, signal.SIG_DFL); r, w = os.pipe(); os.close(r); os.write(w, b'x')`;

/** Each makes the same calls in every run. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  'ls -l': ['ls', '-l', '/etc'],
  'a shell pipeline': ['sh', '-c', 'echo one; cat /etc/hostname | wc -c; exit 3'],
  'a shell with handlers, and with the death that a signal brings': [
    'sh',
    '-c',
    'trap "echo caught" USR1; kill -USR1 $$; kill -URG $$; kill -TERM $$',
  ],
  'errors and long strings': ['cat', '/etc/passwd', '/nonexistent', `/${'x'.repeat(300)}`],
  ...(has('git') && { 'git log': ['git', '-C', path.resolve(import.meta.dirname, '../..'), 'log', '--oneline', '-3'] }),
  ...(PYTHON && { 'python: vectors, messages, sets, addresses': [PYTHON, '-S', '-c', BUFFERS] }),
  ...(PYTHON && { 'python: signals of the kernel': [PYTHON, '-S', '-c', KERNEL_SIGNALS] }),
};

/** What allocators ask for depends on where the kernel puts the heap. */
const ALLOCATES = /^(brk|munmap|mmap\(NULL, \d+, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS)/;

/** Ports, inodes and free memory differ from run to run. */
function settled(lines: readonly string[][]): string[][] {
  return lines.map((task) =>
    task
      .filter((line) => !ALLOCATES.test(line))
      .map((line) => line.replace(/htons\(\d+\)/g, 'PORT').replace(/(?<=left \{).*(?=\})/, 'TIME')),
  );
}

describe.skipIf(missing.length > 0)(`engine ebpf${needs}`, () => {
  it.each(Object.entries(PROGRAMS))('sees what ptrace sees: %s', (_, command) => {
    const ebpf = trace('ebpf', [], command);
    const ptrace = trace('ptrace', [], command);
    expect(settled(linesByTask(ebpf.text))).toEqual(settled(linesByTask(ptrace.text)));
    expect(ebpf.status).toBe(ptrace.status);
    expect(ebpf.report.trace.engine).toBe('ebpf');
    const numbers = ({ report }: Traced): unknown =>
      report.trace.syscalls
        // Children that end together raise one signal.
        .filter(({ name }) => name !== 'rt_sigreturn')
        .map(({ name, calls, errors }) => ({ name, calls, errors }));
    expect(numbers(ebpf)).toEqual(numbers(ptrace));
    expect(ebpf.report.trace.tasks).toBe(ptrace.report.trace.tasks);
  });

  it('auto takes it', () => {
    const { report } = trace('auto', [], ['true']);
    expect([report.trace.engine, report.backends.trace]).toEqual(['ebpf', 'ebpf']);
  });

  it.skipIf(PYTHON === '')('sees every call of threads (needs python3)', () => {
    const script = `import os, threading
def work():
    for _ in range(2000): os.getppid()
for _ in range(3):
    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads: t.start()
    for t in threads: t.join()`;
    const { report, text } = trace('ebpf', ['-e', 'trace=getppid'], [PYTHON, '-c', script]);
    // Its script is in the line that repeats the run, too.
    expect(text.match(/^(?:\[pid +\d+\] |\d+ +)?getppid\(\)/gm)).toHaveLength(48_000);
    expect(report.trace.syscalls).toMatchObject([{ name: 'getppid', calls: 48_000, errors: 0 }]);
    expect(report.trace).toMatchObject({ tasks: 25, lost: 0 });
    expect(text.match(/\+\+\+ exited with 0 \+\+\+/g)).toHaveLength(25);
  });

  it.skipIf(!hasCompiler)('follows a thread that takes over the id of its leader (needs cc)', () => {
    const { status, text } = trace('ebpf', [], [guest('thread-exec'), 'alive', '3']);
    expect(status).toBe(0);
    expect(text.match(/superseded by execve in pid/g)).toHaveLength(3);
    expect(text).not.toContain('execve(???');
  });

  it('loses nothing of more calls than its ring holds', () => {
    const count = 500_000;
    const { text, report } = trace(
      'ebpf',
      ['-e', 'trace=read,write'],
      ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`],
    );
    expect(text.match(/write\(1, "\\0", 1\) += 1\n/g)).toHaveLength(count);
    expect(report.trace.lost).toBe(0);
  });

  it('counts without events, as with them', () => {
    const { text } = trace('ebpf', ['-c'], ['ls', '/']);
    const { report } = trace('ebpf', [], ['ls', '/']);
    // The table leaves out what never returns, as strace's does.
    for (const { name, calls } of report.trace.syscalls.filter(({ name }) => name !== 'exit_group')) {
      expect(text).toMatch(new RegExp(` ${calls} +(\\d+ )?${name}\n`));
    }
  });

  it.skipIf(!PYTHON).each(['connect', 'close', 'execve', 'writev,sendmsg', 'poll,ioctl', '/^sched_'])(
    'is prepared for just what is asked for: %s',
    (calls) => {
      const of = (engine: Engine): string[][] =>
        settled(linesByTask(trace(engine, ['-e', `trace=${calls}`], [PYTHON!, '-S', '-c', BUFFERS]).text));
      expect(of('ebpf')).toEqual(of('ptrace'));
    },
  );

  it('does not see other processes', () => {
    const busy = spawn('sh', ['-c', 'while :; do /bin/true; done'], { stdio: 'ignore', detached: true });
    try {
      const { text, report } = trace('ebpf', [], ['sh', '-c', 'sleep 0.2; true']);
      expect(new Set(text.match(/^\d+/gm)).size).toBe(report.trace.tasks);
      expect(report.trace.tasks).toBe(2);
    } finally {
      process.kill(-busy.pid!, 'SIGKILL');
    }
  });

  it('shows a call that sleeps while it sleeps', async () => {
    const child = spawn(RENACER, ['-f', '--engine', 'ebpf', '--', 'sleep', '30'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data;
    });
    await until(() => /clock_nanosleep\(.*tv_sec=30/.test(stderr));
    child.kill('SIGTERM');
    await once(child, 'close');
    // A SIGCONT follows, should it be stopped; it may come before the end, or not.
    expect(stderr).toMatch(/--- SIGTERM .*\n(?:--- SIGCONT .*\n)?\+\+\+ killed by SIGTERM \+\+\+/);
  });

  it('is gone from the kernel when Renacer is killed', async () => {
    const child = spawn(RENACER, ['-f', '-o', '/dev/null', '--engine', 'ebpf', '--', 'sleep', '60'], {
      stdio: 'ignore',
    });
    await until(() => programsOf(child.pid!) >= 8);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => programsOf(child.pid!) === 0);
  });
});

describe('engine ebpf where it can not be', () => {
  it.each([
    ['without -f', ['--engine', 'ebpf', '--', 'true'], 'it always traces whole trees (-f)'],
    [
      'with faults',
      ['-f', '--engine', 'ebpf', '-e', 'fault=openat:when=900', '--', 'true'],
      'it can only watch, not inject',
    ],
    ['with long strings', ['-f', '--engine', 'ebpf', '-s', '100000', '--', 'true'], 'at most 8190 bytes'],
  ])('%s nothing is started', (_, args, reason) => {
    const { status, stderr } = renacer(args);
    expect(status).toBe(125);
    expect(stderr).toContain(`--engine ebpf: `);
    expect(stderr).toContain(reason);
  });

  it('auto takes ptrace and says why', () => {
    const { report } = trace('auto', ['-e', 'trace=openat', '-s', '100000'], ['true']);
    expect(report.trace.engine).toBe('ptrace');
    expect(report.backends.trace).toMatch(/no ebpf: it captures at most \d+ bytes of a string/);
  });

  it.skipIf(process.geteuid?.() !== 0 || !has('setpriv'))(
    'without capabilities it is named (needs root, setpriv)',
    () => {
      const { status, stderr } = renacer(['-f', '--engine', 'ebpf', '--', 'true'], {
        through: ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--'],
      });
      expect([status, stderr]).toEqual([125, expect.stringContaining('it needs CAP_BPF and CAP_PERFMON')]);
    },
  );
});

/** How many eBPF programs a process holds. */
function programsOf(pid: number): number {
  const { stdout } = spawnSync('sh', ['-c', `grep -l prog_type /proc/${pid}/fdinfo/* | wc -l`], { encoding: 'utf8' });
  return Number(stdout);
}
