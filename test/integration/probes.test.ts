import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProbeForm } from '../../src/chaos/scenario/probe-form.ts';
import type * as Library from '../../src/index.ts';
import type { RunResult } from '../../src/model/run-result.ts';
import { ROOT } from '../support/guests.ts';
import { emptyDirectory, RENACER, renacerBeside } from '../support/renacer.ts';

const { ChaosConfig, run } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

/** Runs a shell command in a directory, asked by these probes. */
function probed(
  script: string,
  probes: readonly ProbeForm[],
  { directory = emptyDirectory(), ...more }: { directory?: string; [key: string]: unknown } = {},
): Promise<RunResult> {
  const chaos = ChaosConfig.fromJSON({ steady_state: { probes }, timeout_secs: 300, ...more });
  return run('sh', ['-c', script], { chaos, cwd: directory });
}

/** A server of ours, beside the run. */
async function serving(status: () => number, body = ''): Promise<number> {
  const server = createServer((_request, response) => response.writeHead(status()).end(body)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** It can't be asked, and leaves a trace. */
const UNASKED = 'echo asked >>asked; no-such-command';
/** The first of these questions has been answered then. */
const ASKED_TWICE = 'touch asked; until [ $(wc -l <asked) -ge 2 ]; do sleep 0.02; done';

describe('after the command has ended, a probe', () => {
  it.each<[string, ProbeForm, string, string | undefined]>([
    ['of a command that passes', { name: 'p', command: 'test -s data' }, 'survived', undefined],
    [
      'of a command that fails',
      { name: 'p', command: 'echo lost; exit 3' },
      'corrupted',
      'fails (exit status 3: lost)',
    ],
    ['of a status that is allowed', { name: 'p', command: 'exit 3', tolerance: [0, 3] }, 'survived', undefined],
    ['of output that matches', { name: 'p', command: 'cat data', tolerance: '^wri..en$' }, 'survived', undefined],
    [
      'of output that does not',
      { name: 'p', command: 'cat data', tolerance: 'lost' },
      'corrupted',
      'fails (exit status 0, but its output does not match /lost/: written)',
    ],
    [
      'of a command that is not there',
      { name: 'p', command: 'no-such-command' },
      'corrupted',
      "could not be asked (it can't be run: /bin/sh: 1: no-such-command: not found)",
    ],
    [
      'of a command that takes too long',
      { name: 'p', command: 'sleep 100', timeout: '100ms' },
      'corrupted',
      'fails (no answer: nothing within 100ms)',
    ],
    ['of a file', { name: 'p', file: 'data', tolerance: { size: '8', content: 'written' } }, 'survived', undefined],
    [
      'of a file that is too large',
      { name: 'p', file: 'data', tolerance: { size: '<8' } },
      'corrupted',
      'fails (its size is 8)',
    ],
    [
      'of a file that must not be there',
      { name: 'p', file: 'data', tolerance: false },
      'corrupted',
      'fails (it is there)',
    ],
    [
      'of a port',
      { name: 'p', tcp: '127.0.0.1:1' },
      'corrupted',
      'fails (no answer: connect ECONNREFUSED 127.0.0.1:1)',
    ],
    [
      'of a name that does not exist',
      { name: 'p', http: 'http://no-such-name.invalid/' },
      'corrupted',
      'could not be asked (getaddrinfo',
    ],
  ])('%s', async (_what, probe, outcome, said) => {
    const result = await probed('echo written >data', [{ ...probe, check: ['after'] }]);
    expect(result.outcome).toBe(outcome);
    expect(result.probes).toHaveLength(1);
    if (said === undefined) expect(result.error).toBeUndefined();
    else expect(result.error?.message).toContain(`"p" ${said}`);
  });

  it('of a server is asked by HTTP until it answers as it should, and that time is told', async () => {
    let asked = 0;
    const port = await serving(() => (++asked < 4 ? 503 : 200), '{"state": "up"}');
    const result = await probed('true', [
      {
        name: 'answers',
        http: `http://127.0.0.1:${port}/health`,
        tolerance: { status: 200, body: '"up"' },
        check: 'after',
        within: '300s',
      },
    ]);
    expect(result.outcome).toBe('survived');
    expect(result.probes[0]).toMatchObject({ name: 'answers', asked: 4, withinMs: 300_000 });
    expect(result.probes[0]!.checks.map(({ ok, said }) => [ok, said])).toEqual([
      [false, 'status 503'],
      [false, 'status 503'],
      [true, 'status 200'],
    ]);
    expect(result.probes[0]!.recoveredMs).toBeGreaterThan(0);
  });

  it('is asked, and changes nothing of a command that has failed by itself', async () => {
    const result = await probed('exit 3', [{ name: 'p', file: 'none', check: 'after' }]);
    expect(result).toMatchObject({ outcome: 'failed', probes: [{ asked: 1 }] });
  });
});

describe('before', () => {
  it('a service is waited for, and then asked while it goes on', async () => {
    const result = await probed(`until [ -e waited ]; do sleep 0.02; done; touch up; ${ASKED_TWICE}`, [
      { name: 'up', command: 'test -e up || { touch waited; exit 1; }', check: ['before', 'during'], interval: '20ms' },
      { name: 'asked', command: 'echo >>asked', check: 'during', interval: '20ms' },
    ]);
    expect(result.outcome).toBe('survived');
    const [up] = result.probes;
    expect(up!.checks[0]).toMatchObject({ when: 'before', ok: false });
    expect(up!.checks.at(-1)).toMatchObject({ when: 'during', ok: true });
  });

  it('one that does not come up is ended, and nothing was tested', async () => {
    const directory = emptyDirectory();
    const ended = `trap 'touch ended; exit 0' TERM; while :; do sleep 0.05; done`;
    const begun = probed(ended, [{ name: 'up', tcp: '127.0.0.1:1' }], { directory, cleanup: 'touch cleaned' });
    await expect(begun).rejects.toMatchObject({
      code: 'STEADY_STATE_NOT_MET',
      exitCode: 125,
      message:
        'the steady state was not met, so nothing was tested: "up" fails (no answer: connect ECONNREFUSED 127.0.0.1:1)',
    });
    for (const file of ['ended', 'cleaned']) expect(existsSync(path.join(directory, file))).toBe(true);
  });

  it('one that ends by itself is not waited for', async () => {
    await expect(probed('exit 3', [{ name: 'up', tcp: '127.0.0.1:1' }])).rejects.toThrow(
      /^the steady state was not met, so nothing was tested: "up" .*; the command exited with status 3$/,
    );
  });

  it('a question that could not be asked is not a pass', async () => {
    await expect(probed(ASKED_TWICE, [{ name: 'up', command: UNASKED }])).rejects.toThrow(
      /"up" could not be asked \(it can't be run: /,
    );
  });

  it('the command line says so, and exits with 125', async () => {
    const finished = await renacerBeside([
      '--probe',
      'up:tcp=127.0.0.1\\:1',
      '--cleanup',
      'echo cleaned',
      '--',
      'sleep',
      '0.2',
    ]);
    expect(finished.status).toBe(125);
    expect(finished.stderr).toMatch(
      /^cleaned\nrenacer: the steady state was not met, so nothing was tested: "up" fails/,
    );
  });
});

describe('while the command goes on', () => {
  it('a probe that fails as often as it may not is the verdict of a command that lived', async () => {
    const asks = 'test -e data && touch seen || { echo failed >>failures; exit 1; }';
    const script = `touch data failures; until [ -e seen ]; do sleep 0.02; done; rm data
      until [ $(wc -l <failures) -ge 4 ]; do sleep 0.02; done`;
    const result = await probed(script, [
      { name: 'data', command: asks, check: 'during', interval: '20ms', failure_threshold: 3 },
    ]);
    expect(result).toMatchObject({ outcome: 'corrupted', error: { code: 'STEADY_STATE_LOST' } });
    expect(result.error!.message).toMatch(
      /^the steady state was lost \d+\.\d\d s after the start: "data" fails \(exit status 1\), 3 times in a row$/,
    );
  });

  it('one that can never be asked is told, and is no pass', async () => {
    const result = await probed(ASKED_TWICE, [{ name: 'p', command: UNASKED, check: 'during', interval: '10ms' }]);
    expect(result).toMatchObject({ outcome: 'corrupted', error: { code: 'STEADY_STATE_UNKNOWN' } });
  });

  it('it is outside of the tree, and has none of its limits', async () => {
    const directory = emptyDirectory();
    const where = 'cat /proc/self/cgroup >cgroup; ulimit -v >limit';
    await probed(
      'cat /proc/self/cgroup >tree; until [ -e limit ]; do sleep 0.05; done',
      [{ name: 'where', command: where, check: 'during', interval: '300s' }],
      { directory, memory_limit: '64M', memory_failure: 'enomem' },
    );
    const of = (file: string) => readFileSync(path.join(directory, file), 'utf8');
    expect(of('cgroup')).toBe(readFileSync('/proc/self/cgroup', 'utf8'));
    expect(of('cgroup')).not.toBe(of('tree'));
    expect(of('limit')).toBe('unlimited\n');
  });

  it('nothing of a question is left when the run is over', async () => {
    const directory = emptyDirectory();
    const file = path.join(directory, 'asked');
    await probed(
      'until [ -s asked ]; do sleep 0.05; done',
      [{ name: 'p', command: 'echo $$ >asked.new; mv asked.new asked; sleep 1000', timeout: '300s', check: 'during' }],
      { directory },
    );
    const pid = Number(readFileSync(file, 'utf8'));
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });
});

describe('the command of cleanup is run', () => {
  it.each([
    ['at a normal end', 'true', {}, 'survived'],
    ['when the command fails', 'exit 3', {}, 'failed'],
    ['when it crashes', 'kill -SEGV $$', {}, 'crashed'],
    ['at the deadline', 'sleep 1000', { timeout_secs: 0.3 }, 'stopped'],
    ['when it is killed by a fault', 'echo x', { rules: [{ syscall: 'write', kill: 'before' }] }, 'stopped'],
  ])('%s', async (_what, script, more, outcome) => {
    const directory = emptyDirectory();
    const chaos = ChaosConfig.fromJSON({ timeout_secs: 300, ...more, cleanup: 'pwd >cleaned; echo told; exit 7' });
    const result = await run('sh', ['-c', script], { chaos, cwd: directory });
    expect(result.outcome).toBe(outcome);
    expect(result.cleanup).toEqual({ command: 'pwd >cleaned; echo told; exit 7', status: 7, output: 'told\n' });
    expect(readFileSync(path.join(directory, 'cleaned'), 'utf8')).toBe(`${directory}\n`);
  });

  it('once the tree is gone', async () => {
    const directory = emptyDirectory();
    const cleanup = 'kill -0 $(cat pid) 2>/dev/null && echo alive >state || echo gone >state';
    const chaos = ChaosConfig.fromJSON({ timeout_secs: 0.5, cleanup, kill_after: '300ms' });
    await run('sh', ['-c', `trap '' TERM; echo $$ >pid; while :; do sleep 0.1; done`], { chaos, cwd: directory });
    expect(readFileSync(path.join(directory, 'state'), 'utf8')).toBe('gone\n');
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('when Renacer gets %s', async (signal) => {
    const directory = emptyDirectory();
    const started = path.join(directory, 'started');
    const renacer = spawn(
      RENACER,
      ['--cleanup', 'echo cleaned >>cleaned', '--', 'sh', '-c', 'touch started; exec sleep 1000'],
      {
        cwd: directory,
        stdio: 'ignore',
      },
    );
    await expect.poll(() => existsSync(started)).toBe(true);
    renacer.kill(signal);
    await once(renacer, 'exit');
    expect(readFileSync(path.join(directory, 'cleaned'), 'utf8')).toBe('cleaned\n');
  });

  it('when the library is aborted', async () => {
    const directory = emptyDirectory();
    const stop = new AbortController();
    const chaos = ChaosConfig.fromJSON({ cleanup: 'touch cleaned' });
    const running = run('sleep', ['1000'], { chaos, cwd: directory, signal: stop.signal });
    for await (const event of running) if (event.type === 'start') stop.abort();
    expect(await running).toMatchObject({ outcome: 'stopped', cleanup: { status: 0 } });
    expect(existsSync(path.join(directory, 'cleaned'))).toBe(true);
  });

  it('when Renacer itself fails, or exits in the middle of a run', async () => {
    const directory = emptyDirectory();
    const library = JSON.stringify(path.join(ROOT, 'dist/index.js'));
    const exits = `const { ChaosConfig, run } = await import(${library});
      const chaos = ChaosConfig.fromJSON({ cleanup: 'echo cleaned >>cleaned' });
      for await (const event of run('sleep', ['1000'], { chaos })) process.exit(5);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', exits], { cwd: directory, stdio: 'ignore' });
    expect((await once(child, 'exit'))[0]).toBe(5);
    expect(readFileSync(path.join(directory, 'cleaned'), 'utf8')).toBe('cleaned\n');
    const failed = await renacerBeside(
      ['--cleanup', 'touch cleaned-too', '--record', 'missing/file', '--', 'touch', 'started'],
      { cwd: directory },
    );
    expect(failed.status).toBe(125);
    expect(existsSync(path.join(directory, 'cleaned-too'))).toBe(true);
    expect(existsSync(path.join(directory, 'started'))).toBe(false);
  });

  it('outside of the faults that have broken all else', async () => {
    const directory = emptyDirectory();
    const finished = await renacerBeside(
      [
        '-e',
        'inject=write:error=EIO',
        '-e',
        'inject=openat:error=EMFILE:when=9+',
        '--cleanup',
        'echo cleaned >cleaned',
        '--',
        'cp',
        RENACER,
        'copy',
      ],
      { cwd: directory },
    );
    expect(finished.status).not.toBe(125);
    expect(readFileSync(path.join(directory, 'cleaned'), 'utf8')).toBe('cleaned\n');
  });

  it('and what it says and how it fails is told', async () => {
    const finished = await renacerBeside(['--cleanup', 'echo left >&2; exit 3', '--', 'true']);
    expect(finished.stderr).toMatch(/^left\nrenacer: the cleanup command exited with 3: echo left >&2; exit 3\n/);
    expect(finished.status).toBe(0);
  });
});

describe('phases and probes', () => {
  it('a service is asked when phases are over, and then it is ended', async () => {
    const directory = emptyDirectory();
    const script = `trap 'echo bye; exit 0' TERM; touch up; while :; do sleep 0.02; done`;
    const up: ProbeForm = { name: 'up', file: 'up', check: ['before', 'after'] };
    const phases = [{ name: 'first', at: '50ms', for: '100ms', pause: true }];
    const result = await probed(script, [up], { directory, phases, cleanup: 'touch cleaned' });
    expect(result).toMatchObject({ outcome: 'survived', exitCode: 0, stdout: 'bye\n', cleanup: { status: 0 } });
    expect(result.phases).toMatchObject([{ name: 'first' }]);
    const { checks } = result.probes[0]!;
    const [before, after] = [checks.findLast(({ when }) => when === 'before'), checks.at(-1)];
    expect(before!.ms).toBeLessThan(result.phases[0]!.beganMs);
    expect(after!.ms).toBeGreaterThan(result.phases[0]!.endedMs!);
  });

  it('a service that dies of that has survived', async () => {
    const finished = await renacerBeside([
      '--probe',
      'up:command=true',
      '--phase',
      'first:for=50ms:pause',
      '--chaos-timeout',
      '300s',
      '--',
      'sleep',
      '1000',
    ]);
    expect(finished.stderr).toMatch(/^ *outcome +survived/m);
    expect(finished.status).toBe(0);
  });

  it('connections are made in the network of the command', async () => {
    const port = await serving(() => 500);
    const server = `require('http').createServer((_, response) => response.end('mine')).listen(${port}, '127.0.0.1')`;
    const probes: ProbeForm[] = [
      { name: 'http', http: `http://127.0.0.1:${port}/`, tolerance: { status: 200, body: 'mine' } },
      { name: 'tcp', tcp: `127.0.0.1:${port}` },
    ];
    const chaos = ChaosConfig.fromJSON({
      steady_state: { probes },
      network_backend: 'namespace',
      network_latency_ms: 1,
      phases: [{ name: 'first', for: '50ms', pause: true }],
      timeout_secs: 300,
    });
    const result = await run(process.execPath, ['-e', server], { chaos });
    expect(result.error).toBeUndefined();
    expect(result.probes.map(({ checks }) => checks.at(-1))).toMatchObject([
      { when: 'after', ok: true, said: 'status 200' },
      { when: 'after', ok: true, said: 'connected' },
    ]);
  });

  it('a service that ignores SIGTERM hangs', async () => {
    const script = `trap '' TERM; touch up; while :; do sleep 0.02; done`;
    const phases = [{ name: 'first', at: '10ms', for: '10ms', pause: true }];
    const more = { phases, kill_after: '200ms' };
    const result = await probed(script, [{ name: 'up', file: 'up' }], more);
    expect(result).toMatchObject({ outcome: 'hung', error: { code: 'SERVICE_NOT_ENDED' } });
  });

  it('abort_on ends the run, is said, and nothing is asked any more', async () => {
    const directory = emptyDirectory();
    const result = await probed(
      'echo all is well; sleep 0.1; echo panic: no more; sleep 1000',
      [{ name: 'p', file: 'none', check: 'after' }],
      { directory, abort_on: [{ output: 'panic' }], cleanup: 'touch cleaned' },
    );
    expect(result).toMatchObject({ outcome: 'stopped', error: { code: 'ABORTED_ON' }, probes: [{ asked: 0 }] });
    expect(result.error!.message).toMatch(/^ended by abort_on: .*panic/);
    expect(existsSync(path.join(directory, 'cleaned'))).toBe(true);
  });

  it('abort_on: a probe that has failed', async () => {
    const result = await probed(
      'touch data; until [ -e asked ]; do sleep 0.02; done; rm data; sleep 1000',
      [{ name: 'data', command: 'test -e data && touch asked', check: 'during', interval: '20ms' }],
      { abort_on: [{ probe: 'data', is: 'failed' }] },
    );
    expect(result).toMatchObject({ outcome: 'stopped', error: { code: 'ABORTED_ON' } });
  });

  it('what the command writes is asked for, too', async () => {
    const result = await probed('echo started; echo done >&2', [
      { name: 'done', output: '^done$', stream: 'stderr', check: 'after' },
      { name: 'no panic', output: 'panic', tolerance: false, check: 'after' },
      { name: 'not there', output: '^done$', stream: 'stdout', check: 'after' },
    ]);
    expect(result.error?.message).toBe('it has not recovered: "not there" fails (no line matches /^done$/)');
    expect(result.probes.map(({ checks }) => checks[0]?.ok)).toEqual([true, true, false]);
  });
});

it('a replay asks the probes of the run, and cleans up as it did', async () => {
  const directory = emptyDirectory();
  const options = { cwd: directory };
  const record = ['--record', 'faults.jsonl', '-e', 'inject=write:error=EINTR:when=1'];
  await renacerBeside(
    [
      ...record,
      '--probe',
      'data:file=data:check=after',
      '--cleanup',
      'echo x >>cleaned',
      '--',
      'dd',
      'if=/dev/zero',
      'of=data',
      'count=1',
    ],
    options,
  );
  const again = await renacerBeside(['replay', 'faults.jsonl'], options);
  expect(again.status).toBe(0);
  expect(readFileSync(path.join(directory, 'cleaned'), 'utf8')).toBe('x\nx\n');
});
