import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { guestDirectory } from './guest-directory.ts';

export const ROOT: string = path.resolve(import.meta.dirname, '../..');
export const RENACER: string = path.join(ROOT, 'bin/renacer');

/** Whether a program is there to test with. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

export const hasCompiler: boolean = has('cc');
export const isRoot: boolean = process.geteuid?.() === 0;

/** A directory that goes when the tests are over. */
export function scratch(): string {
  return mkdtempSync(path.join(guestDirectory(), 'scratch-'));
}

/** The program of test/guests/NAME.c; compiled when it is first asked for. */
export function guest(name: string): string {
  const file = path.join(guestDirectory(), name);
  if (existsSync(file)) return file;
  execFileSync('cc', ['-O1', '-pthread', '-o', file, path.join(ROOT, 'test/guests', `${name}.c`)], { stdio: 'pipe' });
  return file;
}
