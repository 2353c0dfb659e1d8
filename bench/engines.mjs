// node bench/engines.mjs (after npm run build, as root): what the engines cost, as ratios in one run. Prints a table; exits
// with 1 if a ratio is above its target. The build is `make -j2` of generated C files, unless BUILD names another.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBuild } from './build.mjs';
import { compare, cpuTime, timeByDd } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');

const dd = (count) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`];
const pinned = (...command) => ['taskset', '-c', '0', ...command];
const by = (engine, ...options) => [renacer, '--engine', engine, '-f', '-o', trace, ...options, '--'];
const CALLS = 100_000;

const build = process.env.BUILD ? ['sh', '-c', process.env.BUILD] : makeBuild(path.join(scratch, 'build'), 48);

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
