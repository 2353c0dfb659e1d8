// npm run bench: what Renacer costs, as ratios in one run. Prints a table; exits with 1 if a ratio is above its target.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compare, cpuTime, timeByDd } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');

/** One byte a system call: nothing is heavier on them. */
const dd = (count) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`];
const pinned = (...command) => ['taskset', '-c', '0', ...command];
const CALLS = 100_000;
/** Each below the count that the rule is about. */
const reads = ['sh', '-c', `for i in 1 2 3 4 5 6 7 8 9 10; do ${dd(0.6 * CALLS).join(' ')}; done`];
/** Long enough that the start does not count. */
const gitLogs = ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do git log -p; done'];

const BENCHES = [
  {
    name: 'start: --chaos gentle -- true / node -e 0',
    command: [renacer, '--chaos', 'gentle', '--', 'true'],
    reference: ['node', '-e', '0'],
    target: 2,
    rounds: 15,
  },
  {
    name: 'start: --version / node -e 0',
    command: [renacer, '--version'],
    reference: ['node', '-e', '0'],
    target: 1.5,
    rounds: 15,
  },
  {
    name: 'limits alone: dd, by its own clock / bare',
    command: [renacer, '--chaos-memory-limit', '500M', '--', ...dd(20 * CALLS)],
    reference: dd(20 * CALLS),
    target: 1.02,
    rounds: 11,
    time: timeByDd,
  },
  {
    name: 'trace by ptrace / strace, on one CPU, CPU time',
    command: pinned(renacer, '--engine', 'ptrace', '-o', trace, '--', ...dd(CALLS)),
    reference: pinned('strace', '-o', trace, ...dd(CALLS)),
    target: 1,
    time: cpuTime,
  },
  {
    name: 'the same, ten times as many calls',
    command: pinned(renacer, '--engine', 'ptrace', '-o', trace, '--', ...dd(10 * CALLS)),
    reference: pinned('strace', '-o', trace, ...dd(10 * CALLS)),
    target: 0.9,
    rounds: 3,
    time: cpuTime,
  },
  {
    name: 'trace / strace, both -f, on one CPU, CPU time',
    command: pinned(renacer, '-f', '-o', trace, '--', ...dd(CALLS)),
    reference: pinned('strace', '-f', '-o', trace, ...dd(CALLS)),
    target: 1,
    time: cpuTime,
  },
  {
    name: 'trace / strace, both -f, as users run them',
    command: [renacer, '-f', '-o', trace, '--', ...dd(CALLS)],
    reference: ['strace', '-f', '-o', trace, ...dd(CALLS)],
    target: 0.2,
  },
  {
    name: 'faults: connect armed, dd by its own clock / bare',
    command: [renacer, '-e', 'inject=connect:error=ECONNREFUSED', '--', ...dd(20 * CALLS)],
    reference: dd(20 * CALLS),
    target: 1.03,
    rounds: 11,
    time: timeByDd,
  },
  {
    name: 'faults: read armed, not hit / strace, one CPU',
    command: pinned(renacer, '-e', 'inject=read:error=EIO:when=65535:times=1', '-o', '/dev/null', '--', ...reads),
    reference: pinned('strace', '-f', '--seccomp-bpf', '-o', trace, '-e', 'trace=read', ...reads),
    target: 0.8,
    time: cpuTime,
  },
  {
    name: 'faults: 1 % of reads short, git log -p / bare',
    command: [renacer, '-e', 'inject=read:short=0.5:prob=0.01', '-o', '/dev/null', '--', ...gitLogs],
    reference: gitLogs,
    target: 1.15,
  },
];

console.log(`${'median of 5 (of 15, 11, 3)'.padEnd(47)}  renacer ms  reference ms  ratio  target`);
for (const { name, command, reference, target, ...how } of BENCHES) {
  const { commandMs, referenceMs, ratio } = compare(command, reference, how);
  const met = ratio <= target;
  if (!met) process.exitCode = 1;
  const columns = [
    commandMs.toFixed(0).padStart(10),
    referenceMs.toFixed(0).padStart(12),
    ratio.toFixed(3).padStart(5),
  ];
  console.log(`${name.padEnd(47)}  ${columns.join('  ')}  ${target}${met ? '' : '  missed'}`);
}
rmSync(scratch, { recursive: true, force: true });

for (const more of ['./warm.mjs', './engines.mjs', './network.mjs', './stacks.mjs', './workloads.mjs', './sweep.mjs']) {
  console.log();
  await import(more);
}
