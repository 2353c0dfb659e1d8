import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type * as Library from '../../src/index.ts';
import type { RunResult } from '../../src/model/run-result.ts';
import { ROOT } from '../support/guests.ts';
import { emptyDirectory } from '../support/renacer.ts';

const { ChaosConfig, run } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

const EXAMPLES = path.join(ROOT, 'examples/scenarios');
/** The ports that the examples have. */
const PORT = /\b17[1-3]0[12]\b/g;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A copy of the examples whose ports are nobody else's, and those by the ports that they stand for. */
async function workplace(): Promise<{ readonly directory: string; readonly port: (example: number) => number }> {
  const directory = emptyDirectory();
  cpSync(EXAMPLES, directory, { recursive: true });
  const ports = new Map<string, number>();
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const text = readFileSync(file, 'utf8');
    for (const [example] of text.matchAll(PORT)) if (!ports.has(example)) ports.set(example, await freePort());
    writeFileSync(
      file,
      text.replaceAll(PORT, (example) => String(ports.get(example)!)),
    );
  }
  return { directory, port: (example) => ports.get(String(example))! };
}

/** Something that a scenario needs beside it; gone after the test. */
function beside(directory: string, command: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { cwd: directory, stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return child;
}

function played(scenario: string, directory: string, command: string, ...args: readonly string[]): Promise<RunResult> {
  const chaos = ChaosConfig.fromFile(path.join(directory, scenario));
  return run(command, args, { chaos, cwd: directory });
}

const isThere = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

describe('the scenarios of examples/', () => {
  it.skipIf(!isThere('redis-server'))('a Redis replica whose partition heals (needs redis-server)', async () => {
    const { directory, port } = await workplace();
    const alone = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];
    beside(directory, 'redis-server', '--port', String(port(17101)), ...alone);
    const follower = ['--port', String(port(17102)), '--replicaof', '127.0.0.1', String(port(17101)), ...alone];
    const result = await played('redis-partition.json', directory, 'redis-server', ...follower);
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    expect(result.phases.map(({ name }) => name)).toEqual(['partition']);
    expect(result.faults.length).toBeGreaterThan(0);
    expect(result.faults.every(({ kind }) => kind === 'packet')).toBe(true);
    const [writes, reads] = result.probes;
    expect(writes!.recoveredMs).toBeGreaterThan(0);
    expect(reads!.checks.filter(({ when, ok }) => when === 'during' && ok !== true)).toEqual([]);
  });

  it.skipIf(!isThere('nginx'))('a backend behind nginx that is restarted (needs nginx)', async () => {
    const { directory, port } = await workplace();
    beside(directory, 'nginx', '-p', directory, '-c', path.join(directory, 'nginx.conf'));
    const result = await played(
      'backend-restart.json',
      directory,
      process.execPath,
      'backend.mjs',
      String(port(17202)),
    );
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    expect(result.phases).toMatchObject([{ name: 'deploy', instance: 1, error: undefined }]);
    expect(result.probes[0]!.recoveredMs).toBeGreaterThan(0);
  });

  it('a Python client whose server is slow for a while', async () => {
    const { directory, port } = await workplace();
    const server = ['-m', 'http.server', '--bind', '127.0.0.1', String(port(17301))];
    const result = await played('slow-server.json', directory, 'python3', ...server);
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    expect(result.probes[0]!.checks.map(({ when }) => when)).toEqual(
      expect.arrayContaining(['before', 'during', 'after']),
    );
    const [{ beganMs, endedMs } = { beganMs: 0, endedMs: 0 }] = result.phases;
    expect(endedMs! - beganMs).toBeGreaterThanOrEqual(1990);
  });

  it.skipIf(!isThere('sqlite3'))('rows for SQLite while the disk is full (needs sqlite3)', async () => {
    const { directory } = await workplace();
    const result = await played('full-disk.json', directory, './import.sh');
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    const [full] = result.phases;
    // By a call: the 20th write to the database.
    expect(full!.began).toMatchObject({ exact: true, at: { call: 'pwrite64' } });
    expect(result.faults.length).toBeGreaterThan(0);
    expect(result.probes[0]!.checks.at(-1)).toMatchObject({ when: 'after', ok: true, said: 'exit status 0' });
  });

  it('a supervisor whose child is killed', async () => {
    const { directory } = await workplace();
    const result = await played('supervisor.json', directory, './supervisor.sh');
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    expect(readFileSync(path.join(directory, 'starts'), 'utf8')).toMatch(/^worker \d+\nworker \d+\n$/);
  });

  it('memory that is scarce for a while', async () => {
    const { directory } = await workplace();
    const result = await played('squeeze.json', directory, './sums.sh');
    expect(result.error).toBeUndefined();
    expect(result.outcome).toBe('survived');
    expect(result.phases).toMatchObject([{ name: 'squeeze', error: undefined }]);
    // What holds outside of phases; that it was set back is told by no error above.
    expect(result.limits.memory!.limitBytes).toBe(512 * 1024 ** 2);
    expect(result.limits.memory!.oomKills ?? 0).toBe(0);
  });

  it('find it out where a child that was killed is not started again', async () => {
    const { directory } = await workplace();
    const file = path.join(directory, 'supervisor.json');
    const scenario = JSON.parse(readFileSync(file, 'utf8'));
    scenario.steady_state.probes[1].within = '300ms';
    writeFileSync(file, JSON.stringify(scenario));
    const result = await played(
      'supervisor.json',
      directory,
      'sh',
      '-c',
      'sleep 1000 & echo up >starts; wait; exec sleep 999',
    );
    expect(result).toMatchObject({ outcome: 'corrupted', error: { code: 'NOT_RECOVERED' } });
  });
});
