import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../support/patience.ts';
import { emptyDirectory, type Finished, RENACER, renacer } from '../support/renacer.ts';
import { AS_NOBODY, openScratch } from '../support/run-as.ts';

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
