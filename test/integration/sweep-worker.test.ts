import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { PerformOptions } from '../../src/campaign/sweep/performer.ts';
import type * as Worker from '../../src/campaign/sweep/worker/worker-process.ts';
import type { Subject } from '../../src/model/subject.ts';
import type { CaseFault, FaultWay, Observation } from '../../src/model/sweep.ts';
import { isRoot, ROOT, scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { PYTHON, processesNaming } from '../support/programs.ts';

const { WorkerProcess } = await built<typeof Worker>('campaign/sweep/worker/worker-process.js');

const workers: Worker.WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

async function workerFor(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
  more: Partial<Subject> = {},
): Promise<Worker.WorkerProcess> {
  const input = path.join(scratch(), 'input');
  mkdirSync(input);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(input, name), text);
  const worker = await WorkerProcess.start({ ...subjectOf(argv, input), ...more }, undefined);
  workers.push(worker);
  return worker;
}

function subjectOf(argv: readonly string[], input: string): Subject {
  return {
    file: argv[0]!,
    argv,
    env: ['PATH=/usr/bin:/bin', 'LC_ALL=C'],
    input,
    leftOut: [],
    stdin: undefined,
    ignore: [],
    checks: { verify: undefined, verifyAlways: undefined },
    service: undefined,
    isolation: 'full',
    network: 'own',
  };
}

function callsOf({ recorded }: Observation): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { syscall } of recorded!.calls) counts[syscall] = (counts[syscall] ?? 0) + 1;
  return counts;
}

function holdingsOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (field: string) => Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').length,
    threads: number('Threads'),
    megabytes: number('VmRSS') / 1024,
  };
}

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

function options(more: Partial<PerformOptions> = {}): PerformOptions {
  return {
    record: false,
    contents: false,
    stillness: { clock: false, entropy: false },
    deadlineMs: 20_000,
    usualCalls: {},
    usualMs: 1,
    ...more,
  };
}

function fault(syscall: string, ordinal: number, text: string, way: FaultWay = 'once', task = '0'): CaseFault {
  return { task, syscall, ordinal, way, fault: text, site: '', occurrence: 1 };
}

const CLEAN = { usualCalls: undefined, usualMs: undefined };

function textsOf({ stdout, stderr }: Observation): [string, string] {
  return [Buffer.from(stdout.bytes).toString(), Buffer.from(stderr.bytes).toString()];
}

const FILES = { a: 'one\n', b: 'two\n' };

describe('a worker', () => {
  it('performs clean runs and runs with faults, each from the same start', async () => {
    const worker = await workerFor(['/bin/cat', 'a', 'b'], FILES);
    const clean = await worker.perform([], options(CLEAN));
    expect([clean.end, textsOf(clean)]).toEqual([{ kind: 'exited', status: 0 }, ['one\ntwo\n', '']]);
    for (let run = 0; run < 3; run++) {
      const full = await worker.perform([fault('write', 1, 'error=ENOSPC')], options());
      expect(full).toMatchObject({ end: { kind: 'exited', status: 1 }, injected: 1, changes: [] });
      expect(textsOf(full)[1]).toMatch('No space left on device');
    }
    expect(textsOf(await worker.perform([], options()))).toEqual(textsOf(clean));
  });

  it('says what differs in the directory, and puts it back', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'echo more >> a; rm b; mkdir d; echo x > d/new'], FILES);
    for (let run = 0; run < 2; run++) {
      const { changes } = await worker.perform([], options(CLEAN));
      expect(changes.map(({ path: name, before, after }) => [name, before?.size, after?.size])).toEqual([
        ['a', 4, 9],
        ['b', 4, undefined],
        ['d', undefined, 0],
        ['d/new', undefined, 2],
      ]);
    }
  });

  it('kills the whole tree', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'sleep 60 & sleep 60 & cat a; wait'], FILES);
    expect(await worker.perform([fault('wait4', 1, 'kill=before', 'kill')], options())).toMatchObject({
      end: { kind: 'killed' },
      injected: 1,
      leftRunning: [],
      deaths: [],
    });
  });

  it('tells a spin by the calls that are repeated', async () => {
    const script = 'import os\nwhile True:\n  try: os.fsync(1); break\n  except OSError: pass';
    const worker = await workerFor([PYTHON, '-c', script]);
    const usualCalls = callsOf(await worker.perform([], options({ ...CLEAN, record: true })));
    const seen = await worker.perform([fault('fsync', 1, 'error=EIO', 'persistent')], options({ usualCalls }));
    expect(seen.end).toEqual({ kind: 'spinning', syscall: 'fsync', times: 211 });
  });

  it('finds the call that is repeated even if it is not the one that has failed', async () => {
    const script = 'import os\ntry: os.fsync(1)\nexcept OSError:\n  while True: os.getppid()';
    const worker = await workerFor([PYTHON, '-c', script]);
    const usualCalls = callsOf(await worker.perform([], options({ ...CLEAN, record: true })));
    const { end } = await worker.perform([fault('fsync', 1, 'error=EIO')], options({ usualCalls }));
    expect(end).toMatchObject({ kind: 'spinning', syscall: 'getppid' });
  });

  it('takes a tree for a sleeping one in which threads merely tick', async () => {
    const script =
      'import threading, time\ndef tick():\n  while True: time.sleep(0.1)\nthreading.Thread(target=tick).start()\nthreading.Event().wait()';
    const worker = await workerFor([PYTHON, '-c', script]);
    expect((await worker.perform([], options())).end).toMatchObject({ kind: 'hung' });
  });

  it('waits for a timer that will ring', async () => {
    const worker = await workerFor([PYTHON, '-c', 'import signal; signal.setitimer(0, 0.7); signal.pause()']);
    expect((await worker.perform([], options())).end).toEqual({ kind: 'signalled', signal: 'SIGALRM' });
  });

  it('waits for a socket that lets nobody wait for ever', async () => {
    const wait = (option: string) =>
      `import socket, struct\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(("127.0.0.1", 0))\n${option}\ns.recv(1)`;
    const timed = await workerFor([
      PYTHON,
      '-c',
      wait('s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 2, 900000))'),
    ]);
    expect((await timed.perform([], options())).end).toEqual({ kind: 'exited', status: 1 });
    const untimed = await workerFor([PYTHON, '-c', wait('')]);
    expect((await untimed.perform([], options())).end).toMatchObject({ kind: 'hung' });
  });

  it('tells a tree that sleeps for good, and in what', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'mkfifo pipe; cat pipe; true']);
    const seen = await worker.perform([], options());
    expect(seen.end).toMatchObject({ kind: 'hung' });
    const where = seen.end.kind === 'hung' ? seen.end.where : '';
    expect(where).toMatch(/sh waits in wait4, for a child; cat waits in openat/);
  });

  it('does not take a sleep for a hang that ends by itself', async () => {
    const worker = await workerFor(['/bin/sleep', '0.7']);
    expect((await worker.perform([], options())).end).toEqual({ kind: 'exited', status: 0 });
    const late = await worker.perform([], options({ deadlineMs: 300 }));
    expect(late.end.kind).toBe('deadline');
  });

  it('tells who dies of a signal that nobody has sent', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'sh -c "kill -SEGV \\$\\$"; sh -c "kill -TERM \\$\\$"; exit 3']);
    const { end, deaths } = await worker.perform([], options());
    expect(end).toEqual({ kind: 'exited', status: 3 });
    expect(deaths).toMatchObject([{ program: 'sh', signal: 'SIGSEGV', isRoot: false }]);
  });

  it('waits for processes that have work when the command has ended, and ends those that sleep', async () => {
    const worker = await workerFor(['/bin/sh', '-c', '(sleep 0.03; echo late) & (sleep 300 2>&-) &']);
    const { end, leftRunning, stdout } = await worker.perform([], options());
    expect([end, leftRunning, Buffer.from(stdout.bytes).toString()]).toEqual([
      { kind: 'exited', status: 0 },
      [expect.stringMatching(/sleep$/)],
      'late\n',
    ]);
  });

  it('writes down the calls of a clean run, and of a run with a fault those from it on', async () => {
    const worker = await workerFor(['/bin/cat', 'a', 'b'], FILES);
    const { recorded } = await worker.perform([], options({ ...CLEAN, record: true }));
    const own = recorded!.calls.filter(({ isLoaders }) => !isLoaders);
    expect(own.map(({ syscall }) => syscall)).toEqual(expect.arrayContaining(['openat', 'read', 'write', 'close']));
    const [open] = own.filter(({ syscall, paths }) => syscall === 'openat' && paths.some((one) => one.endsWith('/a')));
    expect(open).toMatchObject({ task: '0', errors: expect.arrayContaining(['EMFILE']) });
    expect(recorded!.stacks[open!.stack]!.at(-1)!.file).toMatch(/cat$/);
    const after = await worker.perform([fault('openat', open!.ordinal, 'error=EMFILE')], options({ record: true }));
    expect(after.recorded!.calls[0]).toMatchObject({ syscall: 'openat', ordinal: open!.ordinal, result: -24 });
    expect(after.recorded!.calls.length).toBeGreaterThan(1);
  });

  it('keeps the bytes of what changed, if asked for', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'echo more >> a; mkdir d'], FILES);
    const { contents } = await worker.perform([], options({ ...CLEAN, contents: true }));
    expect(Object.entries(contents).map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['a', 'one\nmore\n'],
    ]);
  });

  it('gives each run the same clock, the same random bytes and the same addresses', async () => {
    const script =
      'import os, time, ctypes\nprint(time.time(), os.urandom(8).hex(), os.getrandom(4).hex(), id(os), open("/proc/self/auxv","rb").read(0), ctypes.CDLL(None).printf)';
    const worker = await workerFor([PYTHON, '-c', script]);
    const still = options({ ...CLEAN, stillness: { clock: true, entropy: true } });
    const [first, second] = [await worker.perform([], still), await worker.perform([], still)];
    expect(first.end).toEqual({ kind: 'exited', status: 0 });
    expect(textsOf(second)).toEqual(textsOf(first));
    const seconds = Number(textsOf(first)[0].split(' ')[0]);
    expect(seconds % 86_400).toBeLessThan(1);
    expect(textsOf(await worker.perform([], options(CLEAN)))).not.toEqual(textsOf(first));
  });

  it('runs the checks where the command has left its files', async () => {
    const checks = { verify: 'test -s new && echo fine', verifyAlways: 'echo always; false' };
    const worker = await workerFor(['/bin/sh', '-c', 'cat a > new'], FILES, { checks });
    const good = await worker.perform([], options(CLEAN));
    expect(good.verify).toEqual({ passed: true, status: 0, timedOut: false, output: 'fine\n' });
    expect(good.verifyAlways).toMatchObject({ passed: false, status: 1, output: 'always\n' });
    const bad = await worker.perform([fault('openat', 1, 'kill=before', 'kill')], options());
    expect([bad.verify, bad.verifyAlways?.output]).toEqual([undefined, 'always\n']);
  });

  it('leads a service through its life', async () => {
    const server = 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done';
    const service = { ready: 'output:ready', drive: 'echo served' };
    const worker = await workerFor(['/bin/bash', '-c', server], {}, { service });
    for (const observe of [worker.perform([], options(CLEAN)), worker.confirm([], options(CLEAN))]) {
      const { served, end, stdout } = await observe;
      expect(served).toMatchObject({ ready: true, client: { passed: true, output: 'served\n' }, endedEarly: false });
      expect([end, Buffer.from(stdout.bytes).toString()]).toEqual([{ kind: 'exited', status: 0 }, 'ready\nbye\n']);
    }
  });

  it.skipIf(!isRoot)(
    'runs in an enclosure: at the path of the input, with no process and no file of ours in reach',
    async () => {
      const script = 'echo x > new; pwd; echo /proc/[0-9]*; echo y > /tmp/y; touch /usr/y || kill -9 -1; true';
      const worker = await workerFor(['/bin/sh', '-c', script], FILES, { isolation: 'full', network: 'own' });
      for (const engine of ['perform', 'perform', 'confirm'] as const) {
        const seen = await worker[engine]([], options(CLEAN));
        const [stdout, stderr] = textsOf(seen);
        expect(stdout.split('\n')).toEqual([
          expect.stringMatching(/\/input$/),
          expect.stringMatching(/^\/proc\/1 \/proc\/\d+$/),
          '',
        ]);
        expect(stderr).toMatch('Read-only file system');
        expect(seen.end).toEqual({ kind: 'exited', status: 0 });
        expect(seen.changes.map(({ path: name }) => name)).toEqual(['new']);
        expect(seen.changesOutside.map(({ path: name }) => name)).toEqual(['/tmp/y']);
      }
    },
  );

  it.each<[string, readonly string[], CaseFault, number]>([
    ['sort', ['/usr/bin/sort', '-o', 'c', 'a', 'b'], fault('write', 1, 'error=ENOSPC'), 2],
    ['tar', ['/bin/tar', '-cf', 'c.tar', 'a', 'b'], fault('write', 1, 'error=EIO'), 2],
    ['gzip', ['/bin/gzip', 'a'], fault('write', 1, 'error=ENOSPC'), 1],
    ['python', [PYTHON, '-S', '-c', 'with open("c", "w") as c: c.write("x")'], fault('write', 1, 'error=ENOSPC'), 1],
  ])('performs a real program, clean and with a fault: %s', async (_, argv, broken, status) => {
    const worker = await workerFor(argv, FILES);
    expect((await worker.perform([], options(CLEAN))).end).toEqual({ kind: 'exited', status: 0 });
    const seen = await worker.perform([broken], options({ usualMs: 100 }));
    expect(seen).toMatchObject({ injected: 1, end: { kind: 'exited', status } });
    expect(seen.stderr.length).toBeGreaterThan(0);
  });

  it('leaves nothing of two hundred runs', async () => {
    const worker = await workerFor(['/bin/sh', '-c', 'cat a > c; cat b >> c'], FILES);
    const run = () => worker.perform([fault('openat', 3, 'error=EIO')], options({ usualMs: 100 }));
    for (let times = 0; times < 100; times++) await run();
    const { megabytes, ...held } = holdingsOf(worker.pid);
    for (let times = 0; times < 200; times++) await run();
    const after = holdingsOf(worker.pid);
    expect(after).toMatchObject(held);
    expect(after.megabytes - megabytes).toBeLessThan(40);
  });

  it('ends with the process that started it, with all that it runs', async () => {
    const marker = `renacer-worker-test-${process.pid}`;
    const script = `
      import { WorkerProcess } from '${pathToFileURL(path.join(ROOT, 'dist/campaign/sweep/worker/worker-process.js'))}';
      const worker = await WorkerProcess.start(${JSON.stringify(subjectOf(['/bin/sh', '-c', `: ${marker}; sleep 300`], scratch()))}, undefined);
      console.log(worker.pid);
      worker.perform([], ${JSON.stringify(options({ deadlineMs: 300_000 }))});`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(String((await once(starter.stdout, 'data'))[0]));
    await expect.poll(() => processesNaming(`: ${marker}`).length, { timeout: 20_000 }).toBeGreaterThan(0);
    starter.kill('SIGKILL');
    await expect
      .poll(() => [processesNaming(`: ${marker}; sleep`).length, isThere(pid)], { timeout: 20_000 })
      .toEqual([0, false]);
  });

  it('refuses what it cannot start, in words', async () => {
    const worker = await workerFor(['/no/such/program']);
    await expect(worker.perform([], options(CLEAN))).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });
});

describe('the ordinary engine', () => {
  it.each<[string, readonly string[], readonly CaseFault[]]>([
    ['a clean run', ['/bin/cat', 'a', 'b'], []],
    ['an error', ['/bin/cat', 'a', 'b'], [fault('write', 1, 'error=ENOSPC')]],
    ['a short write', ['/bin/sh', '-c', 'echo hello > c'], [fault('write', 1, 'short=1', 'short')]],
    ['a full disk', ['/bin/sh', '-c', 'echo one > c; echo two > d'], [fault('write', 1, 'error=ENOSPC', 'persistent')]],
    // The first is for cat, which has written by then.
    ['the death of a tree', ['/bin/sh', '-c', 'sleep 60 & cat a; wait'], [fault('wait4', 2, 'kill=before', 'kill')]],
    ['a crash', ['/bin/sh', '-c', 'kill -SEGV $$'], []],
    ['a hang', ['/bin/sh', '-c', 'mkfifo p; cat p; true'], []],
    ['what is left running', ['/bin/sh', '-c', 'sleep 300 &'], []],
  ])('sees the same as the warm one: %s', async (_, argv, faults) => {
    const worker = await workerFor(argv, FILES);
    const warm = await worker.perform(faults, options());
    const ordinary = await worker.confirm(faults, options());
    expect(comparable(ordinary)).toEqual(comparable(warm));
    expect(warm.injected).toBe(faults.length);
  });

  it('ends a spin, too', async () => {
    const script = 'import os\nwhile True:\n  try: os.fsync(1); break\n  except OSError: pass';
    const worker = await workerFor([PYTHON, '-c', script]);
    const usualCalls = callsOf(await worker.perform([], options({ ...CLEAN, record: true })));
    const seen = await worker.confirm([fault('fsync', 1, 'error=EIO', 'persistent')], options({ usualCalls }));
    expect(seen.end).toMatchObject({ kind: 'spinning', syscall: 'fsync' });
  });
});

/** What does not depend on time, or on who looks. */
function comparable({ end, changes, deaths, struck: _, durationMs: __, ...rest }: Observation): unknown {
  return {
    ...rest,
    end: end.kind === 'hung' ? { ...end, afterMs: 0, where: end.where.replaceAll(/\[\d+\]/g, '') } : end,
    deaths: deaths.map(({ program, signal, isRoot }) => [program, signal, isRoot]),
    changes: changes.map(({ path: name, after }) => [name, after?.type, after?.digest]),
  };
}
