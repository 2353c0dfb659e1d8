// node bench/engines.mjs (after npm run build, as root): what the engines cost, as ratios in one run. Prints a table; exits
// with 1 if a ratio is above its target. The build is `make -j2` of generated C files, unless BUILD names another.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, cpuTime, timeByDd } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');

const dd = (count) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`];
const pinned = (...command) => ['taskset', '-c', '0', ...command];
const by = (engine, ...options) => [renacer, '--engine', engine, '-f', '-o', trace, ...options, '--'];
const CALLS = 100_000;

const build = process.env.BUILD ? ['sh', '-c', process.env.BUILD] : makeBuild(24);

const BENCHES = [
  {
    name: 'ebpf: dd to a file / strace on one CPU',
    command: [...by('ebpf'), ...dd(CALLS)],
    reference: pinned('strace', '-f', '-o', trace, ...dd(CALLS)),
    target: 0.1,
  },
  {
    name: 'ebpf: ten times as many calls / the same',
    command: [...by('ebpf'), ...dd(10 * CALLS)],
    reference: pinned('strace', '-f', '-o', trace, ...dd(10 * CALLS)),
    target: 0.1,
    rounds: 3,
  },
  {
    name: 'ebpf: dd, by its own clock / bare',
    command: [...by('ebpf'), ...dd(10 * CALLS)],
    reference: dd(10 * CALLS),
    time: timeByDd,
  },
  {
    name: 'ebpf: a build / bare, CPU time',
    command: [...by('ebpf'), ...build],
    reference: build,
    time: cpuTime,
    target: 1.15,
  },
  {
    name: 'ebpf, -e trace=connect: a build / bare, CPU time',
    command: [...by('ebpf', '-e', 'trace=connect'), ...build],
    reference: build,
    time: cpuTime,
    target: 1.03,
  },
  {
    name: 'ptrace, -e trace=connect: a build / bare, CPU time',
    command: [...by('ptrace', '-e', 'trace=connect'), ...build],
    reference: build,
    time: cpuTime,
    target: 1.03,
  },
  {
    name: 'start: ebpf -- true / ptrace -- true',
    command: [...by('ebpf'), 'true'],
    reference: [...by('ptrace'), 'true'],
    rounds: 11,
  },
];

console.log(`${'median of 5 (of 3, 11)'.padEnd(42)}  renacer ms  reference ms  ratio  target`);
for (const { name, command, reference, target, ...how } of BENCHES) {
  const { commandMs, referenceMs, ratio } = compare(command, reference, how);
  const met = target === undefined || ratio <= target;
  if (!met) process.exitCode = 1;
  const columns = [
    commandMs.toFixed(0).padStart(10),
    referenceMs.toFixed(0).padStart(12),
    ratio.toFixed(3).padStart(6),
  ];
  console.log(`${name.padEnd(42)}  ${columns.join('  ')}  ${target ?? ''}${met ? '' : '  missed'}`);
}
rmSync(scratch, { recursive: true, force: true });

/** `make -B -j2` of C files that take as long to compile as those of usual programs: a few tenths of a second each. */
function makeBuild(files) {
  const directory = path.join(scratch, 'build');
  mkdirSync(directory);
  const names = Array.from({ length: files }, (_, index) => `f${index}`);
  for (const name of names) writeFileSync(path.join(directory, `${name}.c`), source(name, 40));
  const objects = names.map((name) => `${name}.o`).join(' ');
  writeFileSync(path.join(directory, 'Makefile'), `CFLAGS = -O2\nall: ${objects}\n`);
  return ['make', '-C', directory, '-B', '-j2', '-s'];
}

function source(name, functions) {
  const body = (index) => `
int ${name}_${index}(const char *text, int *counts, int limit) {
  int sum = 0;
  for (int i = 0; text[i] && i < limit; i++) {
    switch ((text[i] + ${index}) & 7) {
      case 0: counts[i & 255] += sum; break;
      case 1: sum += strlen(text + i) * ${index + 3}; break;
      case 2: sum ^= counts[(i * ${index + 7}) & 255]; break;
      default: if (sum > limit) printf("%d %s\\n", sum, text); else sum += i;
    }
  }
  return sum;
}`;
  return `#include <stdio.h>\n#include <string.h>\n${Array.from({ length: functions }, (_, index) => body(index)).join('')}\n`;
}
