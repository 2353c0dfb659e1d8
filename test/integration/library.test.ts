import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ChaosConfig, RenacerError, type RunEvent, run, toReport } from 'renacer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processesWith, until } from '../support/limits.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { emptyDirectory, ROOT } from '../support/renacer.ts';

const gentle = ChaosConfig.gentle();

describe('run', () => {
  it('resolves to how it went, with what the command wrote', async () => {
    const result = await run('sh', ['-c', 'echo out; echo err >&2; exit 3'], { chaos: gentle });
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(result.error).toBeInstanceOf(RenacerError);
    expect(toReport(result)).toMatchObject({ outcome: 'failed', exit_code: 3 });
  });

  it('needs no chaos', async () => {
    expect(await run('true')).toMatchObject({ outcome: 'survived', exitCode: 0, error: undefined, faults: [] });
  });

  it.each([
    ['memory', ChaosConfig.new().withMemoryLimit('20M'), ['tail', '/dev/zero']],
    ['timeout', ChaosConfig.new().withTimeout('200ms'), ['sleep', '60']],
    ['signal', ChaosConfig.new().withSignals(['SIGTERM']).withSignalRate(1), ['ls', '/']],
  ])('names %s where that ended it', async (word, builder, [command, ...args]) => {
    const result = await run(command!, args, { chaos: builder.build() });
    expect(result.outcome).toBe('stopped');
    expect(result.error?.message).toContain(word);
  });

  it.each([
    ['HUP', 'SIGHUP', 'died', 'stopped'],
    ['SIGUSR2', 'SIGUSR2', 'died', 'stopped'],
    ['SIGWINCH', 'SIGWINCH', 'ignored', 'survived'],
  ])('injects %s as any other signal', async (word, signal, fate, outcome) => {
    const chaos = ChaosConfig.new().withSignals(word).withSignalRate(1).withSeed(1).build();
    const result = await run('true', [], { chaos });
    expect(result).toMatchObject({ outcome, faults: [{ kind: 'signal', signal, fate }, ...result.faults.slice(1)] });
  });

  it('rejects what it cannot do', async () => {
    await expect(run('no-such-command')).rejects.toMatchObject({ name: 'RenacerError', code: 'COMMAND_NOT_FOUND' });
    await expect(run('/')).rejects.toMatchObject({ code: 'COMMAND_NOT_EXECUTABLE' });
    await expect(run('true', [], { cwd: '/no/such/directory' })).rejects.toBeInstanceOf(RenacerError);
  });

  it('takes input, a directory and an environment', async () => {
    const cwd = emptyDirectory();
    const result = await run('/bin/sh', ['-c', 'cat; pwd; echo "$NAME"; env | grep -c HOME'], {
      input: 'read\n',
      cwd,
      env: { NAME: 'value' },
    });
    expect(result.stdout).toBe(`read\n${cwd}\nvalue\n0\n`);
  });

  it('takes more input and gives more output than a pipe holds', async () => {
    const input = 'x'.repeat(5_000_000);
    expect((await run('cat', [], { input })).stdout).toBe(input);
    expect(await run('true', [], { input })).toMatchObject({ outcome: 'survived' });
  });

  it('writes where stdio says', async () => {
    const file = path.join(emptyDirectory(), 'out');
    const fd = openSync(file, 'w');
    const result = await run('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['ignore', fd, 'pipe'] });
    expect([result.stdout, result.stderr]).toEqual([undefined, 'err\n']);
    expect(readFileSync(file, 'utf8')).toBe('out\n');
    expect(await run('echo', [], { stdio: 'ignore' })).toMatchObject({ stdout: undefined, stderr: undefined });
  });

  it('gives the command no file descriptors of ours', async () => {
    openSync('/etc/hostname', 'r');
    const bare = spawnSync('ls', ['/proc/self/fd'], { encoding: 'utf8' });
    expect((await run('ls', ['/proc/self/fd'])).stdout).toBe(bare.stdout);
  });
});

describe('an AbortSignal', () => {
  it('ends the run and its whole tree', async () => {
    const abort = new AbortController();
    const sleep = `sleep 61.${process.pid}`;
    const running = run('sh', ['-c', `${sleep} & ${sleep} & echo ready; wait`], {
      chaos: gentle,
      signal: abort.signal,
    });
    await until(() => processesWith(sleep).length === 2);
    abort.abort();
    expect(await running).toMatchObject({ outcome: 'stopped', error: { code: 'RUN_ABORTED' }, stdout: 'ready\n' });
    expect(processesWith(sleep)).toEqual([]);
  });

  it('that is aborted already starts nothing', async () => {
    const file = path.join(emptyDirectory(), 'started');
    await expect(run('touch', [file], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'RUN_ABORTED' });
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});

describe('events', () => {
  it('come to a callback, in the order of each task', async () => {
    const events: RunEvent[] = [];
    const result = await run('sh', ['-c', 'ls / > /dev/null'], { trace: true, onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ type: 'start', seed: result.seed });
    const calls = events.filter((event) => event.type === 'syscall');
    const counted = result.trace.syscalls.reduce((sum, { calls }) => sum + calls, 0);
    expect(calls.length).toBe(counted);
    expect(calls.map(({ name }) => name)).toEqual(expect.arrayContaining(['execve', 'openat', 'exit_group']));
    expect(calls.map(({ text }) => text)).toContain('AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC');
    for (const task of new Set(calls.map((call) => call.task))) {
      const times = calls.filter((call) => call.task === task).map(({ time }) => time);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    expect(events.filter((event) => event.type === 'exit').length).toBe(result.trace.tasks);
  });

  it('come by for await, while the command runs', async () => {
    const running = run('sh', ['-c', 'sleep 0.2; exit 5'], { trace: true });
    const types = new Set<string>();
    for await (const event of running) types.add(event.type);
    expect([...types]).toEqual(expect.arrayContaining(['start', 'syscall', 'exit']));
    expect(await running).toMatchObject({ exitCode: 5 });
  });

  it('reject the run if their listener throws, and leave nothing running', async () => {
    const seconds = `62.${process.pid}`;
    const running = run('sleep', [seconds], {
      chaos: ChaosConfig.new().withTimeout('1s').build(),
      onEvent() {
        throw new Error('from the listener');
      },
    });
    await expect(running).rejects.toThrow('from the listener');
    expect(processesWith(`sleep ${seconds}`)).toEqual([]);
  });
});

describe('beside others', () => {
  it('twelve runs at once are independent', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        run('sh', ['-c', `echo ${index}; exit ${index}`], {
          chaos: index % 2 === 0 ? gentle : ChaosConfig.new().withSignalInjection(true).withSignalRate(0).build(),
          trace: index % 3 === 0,
        }),
      ),
    );
    expect(results.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(
      Array.from({ length: 12 }, (_, index) => [index, `${index}\n`]),
    );
    expect(warnings).toEqual([]);
  });

  it('children of child_process keep their statuses, and runs theirs', async () => {
    const child = async (status: number): Promise<unknown> =>
      (await once(spawn('sh', ['-c', `sleep 0.0${status}; exit ${status}`]), 'exit'))[0];
    const one = async (status: number): Promise<unknown> =>
      (await run('sh', ['-c', `exit ${status}`], { chaos: gentle, trace: status % 2 === 0 })).exitCode;
    const statuses = [1, 2, 3, 4, 5, 6];
    const both = await Promise.all([...statuses.map(child), ...statuses.map(one)]);
    expect(both).toEqual([...statuses, ...statuses]);
  });

  it.each(['threads', 'forks'])('in the pool of %s of another vitest', async (pool) => {
    const directory = mkdtempSync(path.join(ROOT, 'test/.pool-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    writeFileSync(
      path.join(directory, 'one.test.ts'),
      `import { run, ChaosConfig } from 'renacer';
       import { expect, it } from 'vitest';
       it('runs', async () => {
         const results = await Promise.all([1, 2].map((n) =>
           run('sh', ['-c', 'exit ' + n], { chaos: ChaosConfig.gentle(), trace: n === 1 })));
         expect(results.map((result) => result.exitCode)).toEqual([1, 2]);
       });`,
    );
    const config = `export default { test: { testTimeout: ${PATIENCE_MS} } };`;
    writeFileSync(path.join(directory, 'one.config.ts'), config);
    const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
    const args = [vitest, 'run', '--root', directory, '--config', 'one.config.ts', `--pool=${pool}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NO_COLOR: '1' } });
    expect(stdout).toContain('1 passed');
  });

  it('in node:test', async () => {
    const script = `import { test } from 'node:test';
      import assert from 'node:assert';
      import { run, ChaosConfig } from 'renacer';
      test('runs', async () => {
        assert.equal((await run('sh', ['-c', 'exit 4'], { chaos: ChaosConfig.gentle(), trace: true })).exitCode, 4);
      });`;
    const args = ['--input-type=module', '--eval', script];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
    expect(stdout).toMatch(/pass 1\b/);
  });
});
