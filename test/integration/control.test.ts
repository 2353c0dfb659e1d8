import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type * as Library from '../../src/index.ts';
import { ROOT } from '../support/guests.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { emptyDirectory, type Finished, RENACER, renacer } from '../support/renacer.ts';
import { AS_NOBODY, openScratch } from '../support/run-as.ts';

const { ChaosConfig, run } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

/** A run that waits to be ended, and the socket by which it is told what to do. */
async function controlled(file: string, command: readonly string[] = ['sleep', '1000']): Promise<ChildProcess> {
  const run = spawn(RENACER, ['--control', file, '--chaos-timeout', '300s', '--', ...command], { stdio: 'ignore' });
  onTestFinished(() => void run.kill('SIGTERM'));
  await expect.poll(() => existsSync(file)).toBe(true);
  await expect.poll(() => renacer(['ctl', file, 'status']).status, { timeout: PATIENCE_MS }).toBe(0);
  return run;
}

async function ended(run: ChildProcess): Promise<void> {
  if (run.exitCode === null && run.signalCode === null) await once(run, 'exit');
}

function socketName(): string {
  return path.join(openScratch(), 'control');
}

/** What is written to the socket, and what comes back until it is closed or `lines` have come. */
async function said(file: string, text: string, lines = 1): Promise<string> {
  const socket = createConnection(file);
  socket.setEncoding('utf8');
  socket.write(text);
  let answer = '';
  for await (const more of socket) {
    answer += more;
    if (answer.split('\n').length > lines) break;
  }
  return answer;
}

function statusOf({ stdout }: Finished): unknown {
  return JSON.parse(stdout);
}

describe('a run that is told what to do', () => {
  it('says how it stands, by its socket or its process id, and ends the socket with itself', async () => {
    const file = socketName();
    const run = await controlled(file);
    const status = { command: ['sleep', '1000'], phases: [], probes: [] };
    expect(statusOf(renacer(['ctl', file, 'status']))).toMatchObject(status);
    expect(statusOf(renacer(['ctl', String(run.pid), 'status']))).toMatchObject(status);
    run.kill('SIGTERM');
    await ended(run);
    expect(existsSync(file)).toBe(false);
    const late = renacer(['ctl', file, 'status']);
    expect(late.status).toBe(125);
    expect(late.stderr).toMatch(/^renacer: .*control: no run can be told anything there: no such file\n/);
  });

  it('is for its owner alone', async () => {
    const file = socketName();
    await controlled(file);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    const stranger = renacer(['ctl', file, 'status'], { through: AS_NOBODY });
    expect(stranger.status).toBe(125);
    expect(stranger.stderr).toMatch(/no run can be told anything there: it belongs to somebody else/);
    // Even if everybody may connect, by what somebody else has done.
    chmodSync(file, 0o666);
    const client = `require('net').createConnection(${JSON.stringify(file)}).on('data', (data) => process.stdout.write(data))`;
    const [through, ...rest] = [...AS_NOBODY, process.execPath, '-e', client];
    const connected = spawnSync(through!, rest, { encoding: 'utf8', timeout: PATIENCE_MS });
    expect(connected.stdout).toBe('{"ok":false,"code":"NOT_ALLOWED","message":"this run belongs to somebody else"}\n');
  });

  it('answers what it does not understand in words, and goes on', async () => {
    const file = socketName();
    await controlled(file);
    const refusal = renacer(['ctl', file, 'begin', 'net']);
    expect(refusal.status).toBe(1);
    expect(refusal.stderr).toBe('renacer: there is no phase "net"; this run has no phases\n');
    const wrong = renacer(['ctl', file, 'frobnicate']);
    expect(wrong.stderr).toBe('renacer: not a request: "frobnicate"; allowed: begin PHASE, end PHASE, status\n');
    const answers = await said(file, '\u0000\nstatus\n', 2);
    expect(
      answers
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line).ok),
    ).toEqual([false, true]);
    expect(JSON.parse(await said(file, 'x'.repeat(5000)))).toEqual({
      ok: false,
      code: 'BAD_REQUEST',
      message: 'a request has 4096 bytes at most',
    });
    expect(renacer(['ctl', file, 'status']).status).toBe(0);
  });

  it('ends the socket when it is ended by SIGKILL of its command, too', async () => {
    const file = socketName();
    const go = `${file}-go`;
    const run = await controlled(file, ['sh', '-c', `until [ -e ${go} ]; do sleep 0.05; done; kill -9 $$`]);
    writeFileSync(go, '');
    await ended(run);
    expect(existsSync(file)).toBe(false);
  });
});

/** It writes again and again, and says when a write has failed. */
const WRITES = `while :; do echo x >data 2>/dev/null && echo y >good || echo z >bad; sleep 0.02; done`;
const FULL = {
  name: 'disk full',
  on: 'request',
  rules: [{ syscall: 'write', path: '**/data', error: 'ENOSPC' }],
} as const;

describe('phases that begin by request', () => {
  it('begin and end by the library', async () => {
    const directory = emptyDirectory();
    const stop = new AbortController();
    const chaos = ChaosConfig.fromJSON({ phases: [FULL], timeout_secs: 300 });
    const running = run('sh', ['-c', WRITES], { chaos, cwd: directory, signal: stop.signal });
    const bad = path.join(directory, 'bad');
    const full = running.phase('disk full');
    await expect(running.phase('net').begin()).rejects.toMatchObject({ code: 'UNKNOWN_PHASE' });
    await expect(full.end()).rejects.toThrow('phase "disk full" is not on');
    await full.begin();
    await expect(full.begin()).rejects.toThrow('phase "disk full" is on already');
    await expect.poll(() => existsSync(bad)).toBe(true);
    await full.end();
    rmSync(path.join(directory, 'good'), { force: true });
    await expect.poll(() => existsSync(path.join(directory, 'good'))).toBe(true);
    stop.abort();
    const result = await running;
    expect(result.phases).toMatchObject([{ name: 'disk full', instance: 1 }]);
    expect(result.phases[0]!.endedMs).toBeGreaterThan(result.phases[0]!.beganMs);
    await expect(full.begin()).rejects.toThrow('the run is over');
  });

  it('reject as the run does if it could not begin', async () => {
    const running = run('no-such-command-here', [], { chaos: ChaosConfig.fromJSON({ phases: [FULL] }) });
    await expect(running.phase('disk full').begin()).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await expect(running).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });

  it('begin and end by renacer ctl', async () => {
    const file = socketName();
    const directory = emptyDirectory();
    writeFileSync(path.join(directory, 'chaos.json'), JSON.stringify({ phases: [FULL], timeout_secs: 300 }));
    const args = ['--control', file, '--chaos', 'custom:chaos.json', '--', 'sh', '-c', WRITES];
    const child = spawn(RENACER, args, { cwd: directory, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGTERM'));
    await expect.poll(() => renacer(['ctl', file, 'status']).status).toBe(0);
    const begun = renacer(['ctl', file, 'begin', 'disk full']);
    expect([begun.status, begun.stdout, begun.stderr]).toEqual([0, '', '']);
    expect(statusOf(renacer(['ctl', file, 'status']))).toMatchObject({
      phases: [{ name: 'disk full', on: true, instance: 1 }],
    });
    await expect.poll(() => existsSync(path.join(directory, 'bad'))).toBe(true);
    expect(renacer(['ctl', String(child.pid), 'end', 'disk', 'full']).status).toBe(0);
    const twice = renacer(['ctl', file, 'end', 'disk full']);
    expect([twice.status, twice.stderr]).toEqual([1, 'renacer: phase "disk full" is not on\n']);
    child.kill('SIGTERM');
    await ended(child);
  });
});

describe('the path of a socket', () => {
  it.each([
    ['file', 'it is there already'],
    ['missing/directory/control', 'EACCES|ENOENT'],
    ['x'.repeat(200), 'the path of a socket has 107 bytes at most'],
  ])('%s is refused before anything is started', (name, why) => {
    const directory = emptyDirectory();
    writeFileSync(path.join(directory, 'file'), '');
    const refused = renacer(['--control', name, '--', 'touch', 'started'], { cwd: directory });
    expect(refused.status).toBe(125);
    expect(refused.stderr).toMatch(new RegExp(`^renacer: --control .*: .*(${why})`));
    expect(existsSync(path.join(directory, 'started'))).toBe(false);
  });

  it('at which a killed run has left its socket is taken; one at which somebody listens is not', async () => {
    const file = socketName();
    const server = createServer().listen(file);
    await once(server, 'listening');
    const refused = renacer(['--control', file, '--', 'true']);
    expect(refused.stderr).toMatch(/it is there already/);
    server.close();
    const killed = spawnSync(process.execPath, [
      '-e',
      `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ]);
    expect(killed.signal).toBe('SIGKILL');
    expect(existsSync(file)).toBe(true);
    expect(renacer(['--control', file, '--', 'true']).status).toBe(0);
    expect(existsSync(file)).toBe(false);
  });
});

describe('renacer ctl', () => {
  it.each([
    [[], 'renacer: ctl: which run, and what it is to do, was not given; allowed: begin PHASE, end PHASE, status\n'],
    [['/nowhere'], 'renacer: ctl: which run'],
    [['/nowhere', 'status'], 'renacer: /nowhere: no run can be told anything there: no such file\n'],
    [['999999999', 'status'], 'renacer: process 999999999: there is no such process\n'],
    [[String(process.pid), 'status'], `renacer: process ${process.pid} is no run that can be told anything\n`],
  ])('%j: says what is wrong', (words, text) => {
    const finished = renacer(['ctl', ...words]);
    expect(finished.status).toBe(125);
    expect(finished.stderr).toContain(text);
  });

  it('has a help', () => {
    const { status, stdout } = renacer(['help', 'ctl']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: renacer ctl FILE\|PID begin PHASE$/m);
    expect(renacer(['ctl', '--help']).stdout).toBe(stdout);
  });
});
