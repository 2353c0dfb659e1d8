import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RENACER, ROOT } from '../support/renacer.ts';

/** V8's code of the bundles, beside which it is kept. */
const DIRECTORY = path.join(ROOT, 'dist/bundle-main');
const kept = (): string[] => readdirSync(DIRECTORY).filter((name) => name.endsWith('.code'));
const built = kept();
afterAll(() => {
  for (const name of kept()) if (!built.includes(name)) rmSync(path.join(DIRECTORY, name));
});

const run = (...flags: string[]): number | null =>
  spawnSync(process.execPath, [...flags, RENACER, '--chaos-memory-limit', '500M', '--', 'true']).status;

it('V8 with other flags keeps its code beside that of the others', () => {
  const changed = (): number[] => built.map((name) => statSync(path.join(DIRECTORY, name)).mtimeMs);
  run();
  const before = changed();
  expect(run('--no-opt')).toBe(0);
  expect(changed()).toEqual(before);
  const added = kept().filter((name) => !built.includes(name));
  expect(added).toContainEqual(expect.stringMatching(/^commands\.cjs\.v.*-\d+\.code$/));
});
