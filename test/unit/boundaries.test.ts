import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** The rooms from top to bottom: a file may import its own room and those after it. */
const ROOMS = [
  'cli',
  'testing',
  'campaign',
  'run',
  'report',
  'chaos',
  'faults',
  'tracer',
  'enclosure',
  'syscalls',
  'symbols',
  'linux',
  'model',
  'bundle',
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const folders = [...new Set(files.map((file) => path.dirname(file)))].filter((folder) => folder !== '.').sort();

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g)].map((match) => match[1]!);
}

/** The files of src/ that a file imports, types included. */
function targetsOf(file: string): string[] {
  return importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => path.relative(SRC, path.resolve(SRC, path.dirname(file), target)));
}

/** What DEPS.list in a folder says that its files may import: a folder a line, from src/ on. */
function allowedIn(folder: string): string[] {
  const list = path.join(SRC, folder, 'DEPS.list');
  return existsSync(list) ? readFileSync(list, 'utf8').split('\n').filter(Boolean) : [];
}

/** The room of a file below src/, or -1 for the public entry points, which may import every room. */
function level(file: string): number {
  return file.includes('/') ? ROOMS.indexOf(file.split('/')[0]!) : -1;
}

/** A path along imports from a file back to itself, or undefined. */
function circleFrom(start: string): string[] | undefined {
  const seen = new Set<string>();
  const visit = (file: string, way: readonly string[]): string[] | undefined => {
    for (const target of targetsOf(file)) {
      if (target === start) return [...way, target];
      if (seen.has(target)) continue;
      seen.add(target);
      const circle = visit(target, [...way, target]);
      if (circle) return circle;
    }
    return undefined;
  };
  return visit(start, [start]);
}

describe('import boundaries', () => {
  it('every folder of src/ is in a room that this test knows', () => {
    expect(folders.filter((folder) => !ROOMS.includes(folder.split('/')[0]!))).toEqual([]);
  });

  it('imports point downwards only', () => {
    const upward = files.flatMap((file) =>
      targetsOf(file)
        .filter((target) => level(file) !== -1 && level(target) < level(file))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it.each(folders)('%s imports just what its DEPS.list names', (folder) => {
    const imported = files
      .filter((file) => path.dirname(file) === folder)
      .flatMap((file) => targetsOf(file).map((target) => path.dirname(target)))
      .filter((room) => room !== folder);
    expect([...new Set(imported)].sort()).toEqual(allowedIn(folder));
  });

  it('no file imports itself by way of others, for types either', () => {
    const circles = files.map(circleFrom).filter((circle) => circle !== undefined);
    expect(circles.map((circle) => circle.join(' -> '))).toEqual([]);
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
