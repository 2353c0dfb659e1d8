import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

let directory: string | undefined;

/** A directory that goes when the tests of the file are over. */
export function guestDirectory(): string {
  directory ??= mkdtempSync(path.join(tmpdir(), 'renacer-guests-'));
  return directory;
}

/** For each file of tests (it is called by their set-up): unit tests share their modules, which are loaded once. */
export function removeGuestsAfterwards(): void {
  afterAll(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    directory = undefined;
  });
}
