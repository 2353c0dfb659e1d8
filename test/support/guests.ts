import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

export const ROOT: string = path.resolve(import.meta.dirname, '../..');
export const RENACER: string = path.join(ROOT, 'bin/renacer');

/** Whether a program is there to test with. */
export function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

export const hasCompiler: boolean = has('cc');
export const isRoot: boolean = process.geteuid?.() === 0;

const directory = mkdtempSync(path.join(tmpdir(), 'renacer-guests-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A directory that goes when the tests are over. */
export function scratch(): string {
  return mkdtempSync(path.join(directory, 'scratch-'));
}

const compiled = new Map<string, string>();

/** The program of test/guests/NAME.c; compiled when it is first asked for. */
export function guest(name: string): string {
  const known = compiled.get(name);
  if (known) return known;
  const file = path.join(directory, name);
  execFileSync('cc', ['-O1', '-pthread', '-o', file, path.join(ROOT, 'test/guests', `${name}.c`)], { stdio: 'pipe' });
  compiled.set(name, file);
  return file;
}
