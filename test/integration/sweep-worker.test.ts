import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PerformOptions, Subject } from '../../src/campaign/sweep/performer.ts';
import type * as Worker from '../../src/campaign/sweep/worker/worker-process.ts';
import type { CaseFault, FaultWay, Observation } from '../../src/model/sweep.ts';
import { scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';

const { WorkerProcess } = await built<typeof Worker>('campaign/sweep/worker/worker-process.js');

const workers: Worker.WorkerProcess[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
});

async function workerFor(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Worker.WorkerProcess> {
  const input = path.join(scratch(), 'input');
  mkdirSync(input);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(input, name), text);
  const subject: Subject = {
    file: argv[0]!,
    argv,
    env: ['PATH=/usr/bin:/bin', 'LC_ALL=C'],
    input,
    leftOut: [],
    stdin: undefined,
    ignore: [],
    checks: { verify: undefined, verifyAlways: undefined },
    service: undefined,
    isolation: 'none',
    network: 'host',
  };
  const worker = await WorkerProcess.start(subject, undefined);
  workers.push(worker);
  return worker;
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

  it('refuses what it cannot start, in words', async () => {
    const worker = await workerFor(['/no/such/program']);
    await expect(worker.perform([], options(CLEAN))).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });
});
