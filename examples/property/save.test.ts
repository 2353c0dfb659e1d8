import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { run } from 'renacer';
import { chaosConfig } from 'renacer/fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'property-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a new file, and puts it in the place of the old one. */
const SAVE = 'echo new > notes.tmp && mv notes.tmp notes.txt';

it('there are notes, whatever happens while they are saved', async () => {
  const notes = path.join(directory, 'notes.txt');
  await fc.assert(
    fc.asyncProperty(chaosConfig({ tiers: ['basic', 'byzantine'] }), async (chaos) => {
      writeFileSync(notes, 'old\n');
      await run('sh', ['-c', SAVE], { chaos, cwd: directory });
      expect(existsSync(notes)).toBe(true);
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  );
}, 60_000);
