// node bench/compare.mjs OLD_DIR (after npm run build in both, as root): whether this version has become slower than an older one, of
// which OLD_DIR is a checkout. Both take turns in one run, in less than ten minutes. Prints a table; exits with 1 if a line is slower by
// more than 3 %, in a second look, too.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBuild } from './build.mjs';
import * as lines from './lines.mjs';
import { compare, cpuTime } from './measure.mjs';

/** How much slower a line may be. */
const TARGET = 1.03;
/** A line that seems slower is measured again: that may be chance. */
const LOOKS = 2;

const renacer = path.resolve('bin/renacer');
const old = path.resolve(process.argv[2] ?? '', 'bin/renacer');
if (process.argv[2] === undefined || !existsSync(path.resolve(old, '../../dist/cli/main.js'))) {
  console.error(
    'node bench/compare.mjs OLD_DIR: a checkout of an older version, in which npm ci and npm run build have been run',
  );
  process.exit(2);
}

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
const build = makeBuild(path.join(scratch, 'build'), 12);
const forks = ['sh', '-c', 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i + 1)); done'];
const traced = (engine, ...command) => [renacer, '--engine', engine, '-f', '-o', trace, '--', ...command];

const LINES = [
  ...lines.START.map((line) => ({ ...line, rounds: 21 })),
  { name: 'start: ptrace -- true', command: traced('ptrace', 'true'), rounds: 15 },
  { name: 'start: ebpf -- true', command: traced('ebpf', 'true'), rounds: 15 },
  { ...lines.limitsAlone, rounds: 5 },
  { ...lines.byPtrace(trace)[0], rounds: 3 },
  ...lines.asUsers(trace).map((line) => ({ ...line, rounds: 7 })),
  { ...lines.byEbpf(trace)[1], rounds: 3 },
  { ...lines.connectArmed, rounds: 5 },
  { ...lines.readArmed(trace), rounds: 2 },
  { ...lines.shortReads, rounds: 3 },
  { ...lines.ptraceOfBuild(trace, build), rounds: 5 },
  { name: 'ptrace: the same, CPU time', command: traced('ptrace', ...build), rounds: 3, time: cpuTime },
  { ...lines.ebpfOfBuild(trace, build), rounds: 3 },
  ...lines.connectOfBuild(trace, build).map((line) => ({ ...line, rounds: 2 })),
  { name: 'ptrace: a shell loop that forks', command: traced('ptrace', ...forks), rounds: 3 },
  { name: 'ebpf: a shell loop that forks', command: traced('ebpf', ...forks), rounds: 3 },
  {
    name: 'stacks: dd, 2,000 writes',
    command: [
      renacer,
      '-k',
      '-e',
      'trace=write',
      '-o',
      trace,
      '--',
      'dd',
      'if=/dev/zero',
      'of=/dev/null',
      'bs=1',
      'count=2000',
    ],
  },
];

/** Of `a build / bare, CPU time` both versions do the first here. */
function nameOf({ name, time }) {
  const [ours] = name.split(' / ');
  return time === cpuTime && !ours.includes('CPU time') ? `${ours}, CPU time` : ours;
}

console.log(`${'this version beside the older one'.padEnd(48)}  now ms  before ms  ratio  target`);
for (const line of LINES) {
  const { command, rounds, time, warmsUp } = line;
  const before = command.map((word) => (word === renacer ? old : word));
  let result;
  for (let look = 0; look < LOOKS && !(result?.ratio <= TARGET); look++) {
    result = compare(command, before, { rounds, time, warmsUp });
  }
  const { commandMs, referenceMs, ratio } = result;
  const isSlower = ratio > TARGET;
  if (isSlower) process.exitCode = 1;
  const columns = [commandMs.toFixed(0).padStart(6), referenceMs.toFixed(0).padStart(9), ratio.toFixed(3).padStart(5)];
  console.log(`${nameOf(line).padEnd(48)}  ${columns.join('  ')}  ${TARGET}${isSlower ? '  slower' : ''}`);
}
rmSync(scratch, { recursive: true, force: true });
