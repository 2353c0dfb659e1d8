// node bench/stacks.mjs (after npm run build): what stacks cost, as ratios to strace -k in one run. Exits with 1 if a ratio is
// above its target. strace is slow at this: few rounds.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, cpuTime } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
const script = path.join(scratch, 'app.js');
writeFileSync(script, "for (let i = 0; i < 500; i++) require('fs').writeSync(1, 'line\\n');\n");

const options = (calls) => ['-f', '-k', '-e', `trace=${calls}`, '-o', trace];
const ours = (calls, command) => [renacer, ...options(calls), '--', ...command];
const theirs = (calls, command) => ['strace', ...options(calls), ...command];
const pinned = (command) => ['taskset', '-c', '0', ...command];

const dd = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=2000', 'status=none'];
const COMMANDS = [
  ['dd, 2,000 writes', 'write', dd],
  ['git log -5 --stat', 'read,write,openat', ['git', 'log', '-5', '--stat']],
  ['python3, a few modules', 'read,write,openat', ['/usr/bin/python3', '-c', 'import json, decimal']],
  ['node, 500 writes', 'write', ['node', script]],
];

console.log(`${'median of 3'.padEnd(38)}  renacer ms  strace ms  ratio  target`);
function row(name, ours, theirs, how, target) {
  const { commandMs, referenceMs, ratio } = compare(ours, theirs, { rounds: 3, ...how });
  const met = target === undefined || ratio <= target;
  if (!met) process.exitCode = 1;
  const columns = [commandMs.toFixed(0).padStart(10), referenceMs.toFixed(0).padStart(9), ratio.toFixed(3).padStart(5)];
  console.log(`${name.padEnd(38)}  ${columns.join('  ')}  ${target ?? ''}${met ? '' : '  missed'}`);
}
for (const [name, calls, command] of COMMANDS) {
  row(name, ours(calls, command), theirs(calls, command), {}, 1);
  row('  the same, CPU time', ours(calls, command), theirs(calls, command), { time: cpuTime });
}
row('dd / strace on one CPU', ours('write', dd), pinned(theirs('write', dd)));
const withStacks = ours('write', dd);
row('dd with stacks / without', withStacks, [
  renacer,
  '-f',
  '--engine',
  'ptrace',
  '-e',
  'trace=write',
  '-o',
  trace,
  '--',
  ...dd,
]);
rmSync(scratch, { recursive: true, force: true });
