// node bench/engines.mjs (after npm run build, as root): what the engines cost, as ratios in one run. Prints a table; exits
// with 1 if a ratio is above its target. The build is `make -j2` of a few hundred small files, unless BUILD names another.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, timeByDd } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');

const dd = (count) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`];
const pinned = (...command) => ['taskset', '-c', '0', ...command];
const by = (engine, ...options) => [renacer, '--engine', engine, '-f', '-o', trace, ...options, '--'];
const CALLS = 100_000;

const build = process.env.BUILD ? ['sh', '-c', process.env.BUILD] : makeBuild(300);

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
    name: 'ebpf: a build / bare',
    command: [...by('ebpf'), ...build],
    reference: build,
    target: 1.15,
  },
  {
    name: 'ebpf, -e trace=connect: a build / bare',
    command: [...by('ebpf', '-e', 'trace=connect'), ...build],
    reference: build,
    target: 1.03,
  },
  {
    name: 'ptrace, -e trace=connect: a build / bare',
    command: [...by('ptrace', '-e', 'trace=connect'), ...build],
    reference: build,
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

/** `make -B -j2` of small C files that include what programs usually do. */
function makeBuild(files) {
  const directory = path.join(scratch, 'build');
  mkdirSync(directory);
  const names = Array.from({ length: files }, (_, index) => `f${index}`);
  for (const name of names) {
    writeFileSync(
      path.join(directory, `${name}.c`),
      `#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint ${name}(int x) { return printf("%d", x) + rand(); }\n`,
    );
  }
  writeFileSync(path.join(directory, 'Makefile'), `all: ${names.map((name) => `${name}.o`).join(' ')}\n`);
  return ['make', '-C', directory, '-B', '-j2', '-s'];
}
