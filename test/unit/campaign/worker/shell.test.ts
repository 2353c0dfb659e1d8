import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { Shell } from '../../../../src/campaign/worker/shell.ts';

const LIMIT_MS = 60_000;
const cwd = mkdtempSync(path.join(tmpdir(), 'renacer-shell-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const place = { cwd, env: ['PATH=/usr/bin:/bin', 'WORD=a=b'], within: <T>(start: () => T): T => start() };
const shell = new Shell(place);

it('says how a command ended, and what it said', () => {
  expect(shell.run('echo $WORD; pwd >&2', LIMIT_MS)).toEqual({
    passed: true,
    status: 0,
    timedOut: false,
    output: `a=b\n${cwd}\n`,
  });
  expect(shell.run('echo no; exit 3', LIMIT_MS)).toEqual({ passed: false, status: 3, timedOut: false, output: 'no\n' });
  expect(shell.run('kill -TERM $$', LIMIT_MS)).toMatchObject({ passed: false, status: 128 + 15 });
  expect(shell.run('no-such-program', LIMIT_MS)).toMatchObject({ passed: false, status: 127 });
});

it('ends a command at its limit, and with it what it has started', () => {
  expect(shell.run('echo begun; sleep 1000 & sleep 1000', 2000.5)).toEqual({
    passed: false,
    status: 128 + 9,
    timedOut: true,
    output: 'begun\n',
  });
  expect(shell.run('sleep 1000 & echo $!', LIMIT_MS)).toMatchObject({ passed: true });
});

it('fails if a command can not be run', () => {
  const nowhere = new Shell({ ...place, cwd: path.join(cwd, 'gone') });
  expect(() => nowhere.run('true', LIMIT_MS)).toThrow(expect.objectContaining({ code: 'CHECK_NOT_RUN' }));
});

it('runs a client in the background', async () => {
  shell.run('mkfifo fifo', LIMIT_MS);
  const client = shell.start('read line < fifo; echo "$line"; exit 5');
  expect(client.poll()).toBeUndefined();
  shell.run('echo hello > fifo', LIMIT_MS);
  const ended = await vi.waitUntil(() => client.poll(), { timeout: LIMIT_MS });
  expect(ended).toEqual({ passed: false, status: 5, timedOut: false, output: 'hello\n' });
});

it('ends a client whose time is over', () => {
  const client = shell.start('echo asking; sleep 1000');
  expect(client.end()).toMatchObject({ passed: false, status: 128 + 9, timedOut: true });
});
