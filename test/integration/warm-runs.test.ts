import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { run } from 'renacer';
import { describe, expect, it } from 'vitest';
import { processesWith } from '../support/limits.ts';
import { childrenOf, groupsOf } from '../support/of-process.mjs';
import { ROOT } from '../support/renacer.ts';

/** What runs of one process share: the engine's threads and guards, which wait for the next. */

const PREAMBLE = `
  import { ChaosConfig, run } from 'renacer';
  import { childrenOf } from './test/support/of-process.mjs';
  const chaos = ChaosConfig.new().withMemoryLimit('200M').withRule({ syscall: 'mkdir', error: 'EIO' }).build();
`;
const program = (script: string): string[] => ['--input-type=module', '-e', PREAMBLE + script];

function userOf(script: string) {
  const { stdout, stderr, status } = spawnSync(process.execPath, program(script), { cwd: ROOT, encoding: 'utf8' });
  return { stdout, stderr, status };
}

interface Look {
  readonly fds: number;
  readonly threads: number;
  readonly children: number;
  readonly residentMb: number;
  readonly left: readonly string[];
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('runs of one process', () => {
  it('leave nothing behind, 200 times, and nothing that grows', () => {
    const script = path.join(ROOT, 'test/support/many-runs.mjs');
    const { stdout, stderr } = spawnSync(process.execPath, [script, '200'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const [early, late] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Look);
    expect(late).toMatchObject({ fds: early!.fds, threads: early!.threads, children: early!.children, left: [] });
    // A megabyte a run would be 160.
    expect(late!.residentMb - early!.residentMb).toBeLessThan(60);
  });

  it('have threads and guards of their own at one time, and share them one after another', () => {
    const { stdout } = userOf(`
      const atOnce = () => Promise.all([1, 2, 3, 4, 5, 6].map((n) => run('sh', ['-c', 'exit ' + n], { chaos, trace: n % 2 === 0 })));
      for (let round = 0; round < 3; round++) {
        console.log((await atOnce()).map(({ exitCode }) => exitCode).join(), childrenOf(process.pid).length <= 6);
      }
      await run('true');
      console.log(childrenOf(process.pid).length);
    `);
    expect(stdout).toMatch(/^(1,2,3,4,5,6 true\n){3}[1-4]\n$/);
  });

  it('go on behind one that could not be started, and one that was aborted', () => {
    const { stdout } = userOf(`
      for (let round = 0; round < 3; round++) {
        const refused = await run('/etc/passwd', [], { chaos }).catch(({ code }) => code);
        const late = await run('sleep', ['60'], { chaos, signal: AbortSignal.timeout(200) });
        const { exitCode } = await run('sh', ['-c', 'exit 3'], { chaos });
        console.log(refused, late.outcome, exitCode);
      }
    `);
    expect(stdout).toBe('COMMAND_NOT_EXECUTABLE stopped 3\n'.repeat(3));
  });

  it('have a guard again when somebody has killed it', () => {
    const { stdout } = userOf(`
      await run('true', [], { chaos });
      const [first] = childrenOf(process.pid);
      process.kill(first, 'SIGKILL');
      while (childrenOf(process.pid).length > 0);
      console.log((await run('true', [], { chaos })).outcome);
      const [second, ...others] = childrenOf(process.pid);
      console.log(second > 0, second !== first, others.length);
    `);
    expect(stdout).toBe('survived\ntrue true 0\n');
  });

  it('end with it when it is killed in its second', async () => {
    const mark = `47${process.pid}.5`;
    const user = spawn(
      process.execPath,
      program(`
        await run('true', [], { chaos });
        await run('sh', ['-c', 'setsid sleep ${mark} & sleep ${mark}'], { chaos });
      `),
      { cwd: ROOT, stdio: 'ignore' },
    );
    await until(() => processesWith(`sleep ${mark}`).length >= 2);
    const guards = childrenOf(user.pid!);
    expect(groupsOf(user.pid!).length).toBeGreaterThan(0);
    user.kill('SIGKILL');
    await once(user, 'exit');
    await until(() => processesWith(`sleep ${mark}`).length === 0);
    await until(() => groupsOf(user.pid!).length === 0);
    await until(() => guards.every((pid) => !isAlive(pid)));
  });

  it('do not keep it running', () => {
    const { stdout, status } = userOf(`
      await Promise.all([run('true', [], { chaos }), run('true')]);
      console.log('done');
    `);
    expect([stdout, status]).toEqual(['done\n', 0]);
  });

  it('start where it is, with its environment as it is', async () => {
    const was = process.env.RENACER_TEST_WORD;
    for (const word of ['one', 'two']) {
      process.env.RENACER_TEST_WORD = word;
      expect((await run('sh', ['-c', 'echo $RENACER_TEST_WORD'])).stdout).toBe(`${word}\n`);
    }
    if (was === undefined) delete process.env.RENACER_TEST_WORD;
    else process.env.RENACER_TEST_WORD = was;
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
