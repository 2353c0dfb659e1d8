import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const GUESTS = path.resolve(import.meta.dirname, '../guests');

/** A C compiler is no requirement: guests in C are left out where there is none, and their tests say so. */
export const COMPILER: string | undefined = ['cc', 'gcc', 'clang'].find(isInstalled);

export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

let directory: string | undefined;

/** The program that test/guests/NAME.c makes. */
export function compiledGuest(name: string): string {
  directory ??= mkdtempSync(path.join(tmpdir(), 'renacer-guests-'));
  const made = directory;
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  const program = path.join(directory, name);
  if (existsSync(program)) return program;
  const built = spawnSync(COMPILER!, ['-O1', '-w', '-pthread', '-o', program, path.join(GUESTS, `${name}.c`)], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return program;
}
