import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RENACER, ROOT } from '../support/renacer.ts';

/** V8's code of the bundles, beside which it is kept. */
const DIST = path.join(ROOT, 'dist');
const kept = (): string[] =>
  ['bundle-main', 'bundle-engine-thread'].flatMap((bundle) =>
    readdirSync(path.join(DIST, bundle))
      .filter((name) => name.endsWith('.code'))
      .map((name) => path.join(DIST, bundle, name)),
  );
const built = kept();
afterAll(() => {
  for (const name of kept()) if (!built.includes(name)) rmSync(name);
});

const run = (options: readonly string[], ...flags: string[]): number | null =>
  spawnSync(process.execPath, [...flags, RENACER, ...options, '--', 'true']).status;

it.each([
  { options: ['--chaos-memory-limit', '500M'], uses: 'commands.cjs' },
  { options: ['--engine', 'ptrace', '-o', '/dev/null'], uses: 'traced-run.cjs' },
])('$uses: V8 with other flags keeps its code beside that of the others', ({ options, uses }) => {
  const changed = (): number[] => built.map((name) => statSync(name).mtimeMs);
  run(options);
  const before = changed();
  expect(run(options, '--no-opt')).toBe(0);
  expect(changed()).toEqual(before);
  const added = kept().filter((name) => !built.includes(name));
  const ofUse = added.filter((name) => path.basename(name).startsWith(uses));
  expect(ofUse).toContainEqual(expect.stringMatching(/-\d+\.code$/));
});

it('a worker of a sweep, which has flags of its own, keeps its code', () => {
  const bundle = path.join(DIST, 'bundle-worker-main');
  const ofWorkers = () => readdirSync(bundle).filter((name) => /^worker-main\.cjs\..*-\d+\.code$/.test(name));
  for (const name of ofWorkers()) rmSync(path.join(bundle, name), { force: true });
  const input = mkdtempSync(path.join(tmpdir(), 'renacer-kept-'));
  try {
    writeFileSync(path.join(input, 'a'), 'a\n');
    const { status } = spawnSync(process.execPath, [RENACER, 'sweep', '--jobs', '1', '--', 'cat', 'a'], { cwd: input });
    expect(status).toBe(0);
    expect(ofWorkers()).toHaveLength(1);
  } finally {
    rmSync(input, { recursive: true, force: true });
  }
});
