// How the decoders' text differs from strace's: runs a command under both, and counts by system call the lines that only one
// of them has, numbers and addresses aside. Most of what is left is a decoder that differs; some is chance.
//
//   npm run build; node scripts/compare-with-strace.mjs [-v] [-y] [--strace PATH] [--engine ebpf] [--examples N] -- COMMAND...
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const RENACER = path.resolve(import.meta.dirname, '../bin/renacer');
const TIMEOUT_MS = 120_000;

const { values, positionals } = parseArgs({
  options: {
    verbose: { type: 'boolean', short: 'v' },
    'fd-paths': { type: 'boolean', short: 'y' },
    strace: { type: 'string', default: 'strace' },
    engine: { type: 'string', default: 'ptrace' },
    examples: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
if (positionals.length === 0) throw new Error('which command? (see the top of this file)');

const directory = mkdtempSync(path.join(tmpdir(), 'compare-'));
try {
  const shared = ['-f', ...(values.verbose ? ['-v'] : []), ...(values['fd-paths'] ? ['-y'] : [])];
  const theirs = traced(values.strace, shared);
  const ours = traced(RENACER, ['--engine', values.engine, ...shared]);
  report(theirs, ours);
} finally {
  rmSync(directory, { recursive: true });
}

function traced(tracer, options) {
  const file = path.join(directory, path.basename(tracer));
  spawnSync(tracer, [...options, '-o', file, ...(tracer === RENACER ? ['--'] : []), ...positionals], {
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  return linesByName(readFileSync(file, 'utf8'));
}

/** Lines of finished calls, put together where they were interrupted, by the name of the call. */
function linesByName(text) {
  const open = new Map();
  const byName = new Map();
  for (const raw of text.split('\n')) {
    const [, pid, rest] = /^(\d+)\s+(.*)$/.exec(raw) ?? [];
    if (rest === undefined) continue;
    const begun = /^(.*?),? <unfinished \.\.\.>$/.exec(rest);
    if (begun) {
      open.set(pid, begun[1]);
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const line = resumed ? joined(open.get(pid) ?? '', resumed[1]) : rest;
    const name = /^(\w+)\(/.exec(line)?.[1] ?? (line.startsWith('---') ? '--- signal' : '+++');
    byName.set(name, [...(byName.get(name) ?? []), plain(line)]);
  }
  return byName;
}

function joined(start, rest) {
  const end = rest.replace(/^,? /, '');
  return start.endsWith('(') || end.startsWith(')') ? start + end : `${start}, ${end}`;
}

/** Without what differs from run to run. */
function plain(line) {
  return line
    .replace(/\s+= /, ' = ')
    .replace(/0x[0-9a-f]{4,}/g, '0xX')
    .replace(/\b\d{4,}\b/g, 'N')
    .replace(/(tv_u?n?sec=)\d+/g, '$1N')
    .replace(/\/\* \d.*?\*\//g, '/* D */')
    .replace(/(compare|renacer|tmp)[-.][A-Za-z0-9]{6}\b/g, '$1-X')
    .replace(/\[(\d+) => /g, '[$1 => ');
}

function report(theirs, ours) {
  const rows = [];
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    const [onlyTheirs, onlyOurs] = difference(theirs.get(name) ?? [], ours.get(name) ?? []);
    const differing = Math.min(onlyTheirs.length, onlyOurs.length);
    if (differing > 0) rows.push({ name, differing, of: theirs.get(name).length, onlyTheirs, onlyOurs });
  }
  rows.sort((a, b) => b.differing - a.differing);
  for (const { name, differing, of, onlyTheirs, onlyOurs } of rows) {
    console.log(`${name}: ${differing} of ${of}`);
    const examples = Number(values.examples);
    for (const line of [...new Set(onlyTheirs)].slice(0, examples)) console.log(`  strace  ${line.slice(0, 400)}`);
    for (const line of [...new Set(onlyOurs)].slice(0, examples)) console.log(`  renacer ${line.slice(0, 400)}`);
  }
  const calls = [...theirs.values()].reduce((sum, lines) => sum + lines.length, 0);
  const differing = rows.reduce((sum, row) => sum + row.differing, 0);
  console.log(`${differing} of ${calls} lines differ`);
}

/** What only one of two lists has, each element as often as it is there. */
function difference(left, right) {
  const surplus = new Map();
  for (const line of left) surplus.set(line, (surplus.get(line) ?? 0) + 1);
  const onlyRight = [];
  for (const line of right) {
    const count = surplus.get(line) ?? 0;
    if (count > 0) surplus.set(line, count - 1);
    else onlyRight.push(line);
  }
  return [[...surplus].flatMap(([line, count]) => Array(count).fill(line)), onlyRight];
}
