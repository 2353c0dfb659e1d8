import path from 'node:path';
import { cpuTime, timeByDd } from './measure.mjs';

/** What is compared with what, by several of these benches. `trace`: a file to write. */

const renacer = path.resolve('bin/renacer');
const CALLS = 100_000;

/** One byte a system call: nothing is heavier on them. */
const dd = (count) => ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${count}`];
const pinned = (...command) => ['taskset', '-c', '0', ...command];
const by = (engine, trace, ...options) => [renacer, '--engine', engine, '-f', '-o', trace, ...options, '--'];

export const START = [
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
];

export const limitsAlone = {
  name: 'limits alone: dd, by its own clock / bare',
  command: [renacer, '--chaos-memory-limit', '500M', '--', ...dd(20 * CALLS)],
  reference: dd(20 * CALLS),
  target: 1.02,
  rounds: 11,
  time: timeByDd,
};

export const byPtrace = (trace) => [
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
];

export const asUsers = (trace) => [
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
];

export const connectArmed = {
  name: 'faults: connect armed, dd by its own clock / bare',
  command: [renacer, '-e', 'inject=connect:error=ECONNREFUSED', '--', ...dd(20 * CALLS)],
  reference: dd(20 * CALLS),
  target: 1.03,
  rounds: 11,
  time: timeByDd,
};

/** Each below the count that the rule is about. */
const reads = ['sh', '-c', `for i in 1 2 3 4 5 6 7 8 9 10; do ${dd(0.6 * CALLS).join(' ')}; done`];

export const readArmed = (trace) => ({
  name: 'faults: read armed, not hit / strace, one CPU',
  command: pinned(renacer, '-e', 'inject=read:error=EIO:when=65535:times=1', '-o', '/dev/null', '--', ...reads),
  reference: pinned('strace', '-f', '--seccomp-bpf', '-o', trace, '-e', 'trace=read', ...reads),
  target: 0.8,
  time: cpuTime,
});

/** Long enough that the start does not count. */
const gitLogs = ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do git log -p; done'];

export const shortReads = {
  name: 'faults: 1 % of reads short, git log -p / bare',
  command: [renacer, '-e', 'inject=read:short=0.5:prob=0.01', '-o', '/dev/null', '--', ...gitLogs],
  reference: gitLogs,
  target: 1.15,
};

export const byEbpf = (trace) => [
  {
    name: 'ebpf: dd to a file / strace on one CPU',
    command: [...by('ebpf', trace), ...dd(CALLS)],
    reference: pinned('strace', '-f', '-o', trace, ...dd(CALLS)),
    target: 0.2,
  },
  {
    name: 'ebpf: ten times as many calls / the same',
    command: [...by('ebpf', trace), ...dd(10 * CALLS)],
    reference: pinned('strace', '-f', '-o', trace, ...dd(10 * CALLS)),
    target: 0.06,
    rounds: 3,
  },
];

export const ebpfByDd = (trace) => ({
  name: 'ebpf: dd, by its own clock / bare',
  command: [...by('ebpf', trace), ...dd(10 * CALLS)],
  reference: dd(10 * CALLS),
  time: timeByDd,
});

export const ebpfOfBuild = (trace, build) => ({
  name: 'ebpf: a build / bare, CPU time',
  command: [...by('ebpf', trace), ...build],
  reference: build,
  time: cpuTime,
  target: 1.1,
});

export const connectOfBuild = (trace, build) =>
  ['ebpf', 'ptrace'].map((engine) => ({
    name: `${engine}, -e trace=connect: a build / bare, CPU time`,
    command: [...by(engine, trace, '-e', 'trace=connect'), ...build],
    reference: build,
    time: cpuTime,
    target: 1.03,
  }));

export const ptraceOfBuild = (trace, build) => ({
  name: 'ptrace: a build / strace, both as users run them',
  command: [...by('ptrace', trace), ...build],
  reference: ['strace', '-f', '-o', trace, ...build],
  target: 1,
});

export const startOfEngines = (trace) => ({
  name: 'start: ebpf -- true / ptrace -- true',
  command: [...by('ebpf', trace), 'true'],
  reference: [...by('ptrace', trace), 'true'],
  rounds: 11,
});
