import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../../src/model/outcome.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(ROOT, 'docs')).map((file) => `docs/${file}`),
];
const sources = readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => read(`src/${file}`));

describe('docs/errors.md', () => {
  const sections = [...read('docs/errors.md').matchAll(/^## (\w+)$/gm)].map(([, code]) => code!);
  const codes = sources.flatMap((text) =>
    [
      ...text.matchAll(/RenacerError\(\s*'([A-Z_\d]+)'/g),
      ...text.matchAll(/\bverdict\('\w+', '([A-Z_]+)'/g),
      ...text.matchAll(/\bcode: '(NETWORK_[A-Z_]+)'/g),
    ].map(([, code]) => code!),
  );

  it('has a section for every code', () => {
    expect([...new Set(codes)].filter((code) => !sections.includes(code))).toEqual([]);
  });

  it('has no section without a code, and none twice', () => {
    expect(sections.filter((code, index) => !codes.includes(code) || sections.indexOf(code) !== index)).toEqual([]);
  });
});

it('docs/library.md has a row for each field of RunResult, in its order', () => {
  const body = /^export interface RunResult \{\n(.*?)^\}/ms.exec(read('src/model/run-result.ts'))![1]!;
  const fields = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!);
  const section = read('docs/library.md').split('## RunResult')[1]!.split('\n## ')[0]!;
  const rows = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name!);
  expect(rows).toEqual(fields);
  expect(OUTCOMES.filter((outcome) => !section.includes(`\`${outcome}\``))).toEqual([]);
});

describe('docs/dependencies.md', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;

  it.each([
    ['At run time', dependencies!],
    ['For development', devDependencies!],
  ])('%s: a row for each package, and no other', (heading, packages) => {
    const section = read('docs/dependencies.md').split(`## ${heading}`)[1]!.split('\n## ')[0]!;
    const rows = [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!);
    expect(rows.sort()).toEqual(Object.keys(packages).sort());
  });
});

describe.each(DOCS)('%s', (file) => {
  const text = read(file);

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!);
    const local = links.filter((target) => !/^https?:/.test(target));
    expect(local.filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)))).toEqual([]);
  });

  it('names files of this repository that exist', () => {
    const named = [...text.matchAll(/`((?:src|test|scripts|bench|schema|bin|docs)\/[\w./-]+\w)`/g)].map(
      ([, name]) => name!,
    );
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });
});

it.each(['docs/architecture.md', 'CONTRIBUTING.md'])(
  '%s: each file that it names, in whatever folder, is there',
  (file) => {
    const known = ['src', 'test', 'scripts', 'bench'].flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
    );
    const named = [...read(file).matchAll(/(?<![*\w./-])[\w./-]*\w\.(?:ts|mjs)\b/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.some((one) => one.endsWith(`/${name}`)))).toEqual([]);
  },
);

it('README.md: a link to each page of docs/', () => {
  const pages = DOCS.filter((file) => file.startsWith('docs/'));
  expect(pages.filter((page) => !read('README.md').includes(`](${page})`))).toEqual([]);
});

it('README.md: the first two commands, and a row for each outcome', () => {
  const text = read('README.md');
  expect(text).toContain('npm install && ./bin/renacer --chaos gentle -- ls -l /\nnpm install && npm test\n');
  const rows = [...text.matchAll(/^\| `(\w+)` +\| /gm)].map(([, word]) => word!);
  expect(rows).toEqual(expect.arrayContaining([...OUTCOMES]));
});
