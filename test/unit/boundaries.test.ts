import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../../src');

/** The rooms from top to bottom: a file may import its own room and those after it. */
const ROOMS = ['cli', 'run', 'report', 'chaos', 'faults', 'tracer', 'syscalls', 'symbols', 'linux', 'model', 'bundle'];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g)].map((match) => match[1]!);
}

/** The room of a file below src/, or -1 for the public entry points, which may import every room. */
function level(file: string): number {
  return file.includes('/') ? ROOMS.indexOf(file.split('/')[0]!) : -1;
}

describe('import boundaries', () => {
  it('every folder of src/ is a room that this test knows', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]!));
    expect([...folders].filter((folder) => !ROOMS.includes(folder))).toEqual([]);
  });

  it('imports point downwards only', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => path.relative(SRC, path.resolve(SRC, path.dirname(file), target)))
        .filter((target) => level(file) !== -1 && level(target) < level(file))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('only src/linux imports koffi', () => {
    expect(files.filter((file) => importsOf(file).includes('koffi') && !file.startsWith('linux/'))).toEqual([]);
  });

  it('src/model imports nothing but itself', () => {
    const foreign = files
      .filter((file) => file.startsWith('model/'))
      .flatMap((file) => importsOf(file).filter((target) => !target.startsWith('./')));
    expect(foreign).toEqual([]);
  });
});
