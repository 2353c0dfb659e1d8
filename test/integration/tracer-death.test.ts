import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as LeftoversModule from '../../src/chaos/basic/leftovers.ts';
import { decisionKey, drawUnit } from '../../src/faults/decisions.ts';
import { allProcessIds, readProcFile } from '../../src/linux/process-stat.ts';
import { RENACER, ROOT } from '../support/guests.ts';
import { built, isRunning, until } from '../support/limits.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const { findLeftovers } = await built<typeof LeftoversModule>('chaos/basic/leftovers.js');

let runs = 0;

/** A word that stands in the command line of each process of a tree, and nowhere else. */
function newMark(): string {
  runs += 1;
  return `${70_000 + runs}.${process.pid}`;
}

/** It forks all the time, daemonises what it forks, and ignores what it can; should it survive, it does not fill the machine. */
function tree(mark: string): string[] {
  const often = 'n=0; while [ $((n += 1)) -lt 1000 ]';
  const script = `trap '' TERM HUP INT
    (${often}; do (setsid sleep ${mark} &); sleep 0.02; done) &
    setsid sh -c 'trap "" TERM HUP; ${often}; do (sleep ${mark} &); sleep 0.03; done' ${mark} &
    ${often}; do sleep 0.01; setsid -f sleep ${mark}; done`;
  return ['sh', '-c', script, mark];
}

function processesOf(mark: string): number[] {
  return allProcessIds().filter((pid) => isRunning(pid) && readProcFile(`/proc/${pid}/cmdline`)?.includes(mark));
}

async function nothingIsLeft(mark: string): Promise<void> {
  await until(() => processesOf(mark).length === 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(processesOf(mark)).toEqual([]);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The moments differ from one to the next, and come again in the next run of this test. */
const moments = (text: string): ((count: number) => number) => {
  const key = decisionKey(7, 'tracer-death.test', text);
  return (count) => drawUnit(key, count, 0);
};

/** Waits for a process that should end soon; `hung` if it does not. */
async function ending(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  return code ?? (signal === 'SIGKILL' ? 'hung' : signal);
}

it('a command whose gate is closed, since Renacer died before it could ask to die with it, is never executed', () => {
  const script = path.join(import.meta.dirname, '../support/closed-gate.mjs');
  const dist = path.resolve(import.meta.dirname, '../../dist');
  const { stdout } = spawnSync(process.execPath, [script, dist, '/bin/echo', 'executed'], { encoding: 'utf8' });
  expect(stdout).toBe('not well\n');
});

describe('nothing of a tree that forks and daemonises survives', () => {
  for (const [how, options] of [
    ['traced', ['-f', '--engine', 'ptrace', '-o', '/dev/null']],
    ['traced by the kernel', ['-f', '--engine', 'ebpf', '-o', '/dev/null']],
    ['untraced', ['--chaos-timeout', '60s', '--chaos-kill-after', '300ms']],
  ] as const) {
    it(`SIGKILL of Renacer, ${how}, at 20 moments; the next run removes the groups`, async () => {
      const moment = moments(how);
      const pids: number[] = [];
      for (let count = 0; count < 20; count++) {
        const mark = newMark();
        const renacer = spawn(RENACER, [...options, '--', ...tree(mark)], { stdio: 'ignore' });
        pids.push(renacer.pid!);
        // From before the launch on: the start takes about 0.2 seconds.
        await pause(50 + 350 * moment(count));
        renacer.kill('SIGKILL');
        await once(renacer, 'exit');
        await nothingIsLeft(mark);
      }
      spawnSync(RENACER, ['--chaos-timeout', '60s', '-o', '/dev/null', '--', 'true']);
      const left = findLeftovers('everywhere').groups.map(({ directory }) => path.basename(directory));
      expect(left.filter((name) => pids.some((pid) => name.startsWith(`renacer-${pid}-`)))).toEqual([]);
    });

    it.each([
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const)(`%s of Renacer, ${how}`, async (signal, status) => {
      const mark = newMark();
      const renacer = spawn(RENACER, [...options, '--', ...tree(mark)], { stdio: 'ignore' });
      await until(() => processesOf(mark).length > 5);
      renacer.kill(signal);
      expect(await ending(renacer)).toBe(status);
      await nothingIsLeft(mark);
    });
  }

  for (const [how, options] of [
    ['traced', '{"trace": true}'],
    ['untraced', '{}'],
  ] as const) {
    it.each([
      ['exit', 3],
      ['throw', 1],
    ] as const)(`%s of a user of the library, ${how}, at 4 moments`, async (end, status) => {
      const moment = moments(`${how} ${end}`);
      for (let count = 0; count < 4; count++) {
        const mark = newMark();
        const script = path.join(ROOT, 'test/support/library-user.mjs');
        const afterMs = String(Math.floor(250 * moment(count)));
        const args = [script, path.join(ROOT, 'dist'), end, afterMs, options, ...tree(mark)];
        const user = spawn(process.execPath, args, { stdio: 'ignore' });
        expect(await ending(user)).toBe(status);
        await nothingIsLeft(mark);
      }
    });
  }
});
