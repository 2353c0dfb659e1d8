// node bench/workloads.mjs (after npm run build, as root): real programs, traced whole into a file by each tracer that is
// installed. Prints medians as multiples of the bare command; exits with 1 where Renacer is slower than strace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBuild } from './build.mjs';
import { medians } from './measure.mjs';

const renacer = path.resolve('bin/renacer');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
const rounds = Number(process.env.ROUNDS ?? 5);

const sh = (script) => ['sh', '-ec', script];

const WORKLOADS = {
  'dd bs=1, 100,000 bytes': ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=100000'],
  'a shell loop that forks': sh('i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i + 1)); done'),
  'git status, 5,000 files': sh(`cd ${repository(5000)}; for i in $(seq 20); do git status > /dev/null; done`),
  'git log -p': ['git', 'log', '-p'],
  'tar of a tree': sh('tar -cf - node_modules | cat > /dev/null'),
  'make -j2': makeBuild(path.join(scratch, 'build'), 24),
  'sqlite3, 3,000 inserts': sqlite(3000),
  'redis with its benchmark': sh(`
    redis-server --port 0 --unixsocket ${scratch}/redis --save '' > /dev/null &
    until redis-cli -s ${scratch}/redis ping > /dev/null 2>&1; do sleep 0.01; done
    redis-benchmark -s ${scratch}/redis -t set,get,lpush -n 10000 -q > /dev/null
    redis-cli -s ${scratch}/redis shutdown nosave
    wait`),
};

const STRACE = ['strace', '-f', '-o', trace];
const TRACERS = {
  bare: [],
  strace: STRACE,
  'strace, 1 CPU': ['taskset', '-c', '0', ...STRACE],
  'perf trace': ['perf', 'trace', '-o', trace, '--'],
  ptrace: [renacer, '--engine', 'ptrace', '-f', '-o', trace, '--'],
  ebpf: [renacer, '--engine', 'ebpf', '-f', '-o', trace, '--'],
};

const tracers = Object.entries(TRACERS).filter(([, [program]]) => program === undefined || isInstalled(program));
const columns = tracers.slice(1).map(([name]) => name.padStart(Math.max(name.length, 8)));
console.log(`${`median of ${rounds}, times bare`.padEnd(26)}  bare ms  ${columns.join('  ')}`);
for (const [name, command] of Object.entries(WORKLOADS)) {
  const times = medians(
    tracers.map(([, prefix]) => [...prefix, ...command]),
    { rounds },
  );
  const ratioOf = Object.fromEntries(tracers.map(([tracer], index) => [tracer, times[index] / times[0]]));
  const ratios = columns.map((column) => ratioOf[column.trim()].toFixed(2).padStart(column.length));
  const slower = ['ptrace', 'ebpf'].filter((engine) => ratioOf[engine] > ratioOf.strace);
  if (slower.length > 0) process.exitCode = 1;
  const verdict = slower.map((engine) => `  ${engine} slower than strace`).join('');
  console.log(`${name.padEnd(26)}  ${times[0].toFixed(0).padStart(7)}  ${ratios.join('  ')}${verdict}`);
}
rmSync(scratch, { recursive: true, force: true });

function isInstalled(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

function repository(files) {
  const directory = path.join(scratch, 'repository');
  const script = `git init -q "$1"; cd "$1"; mkdir d; for i in $(seq ${files}); do echo $i > d/$i; done; git add .`;
  spawnSync('sh', ['-ec', script, 'sh', directory]);
  return directory;
}

/** Each insert is a transaction of its own; what the disk takes is not measured. */
function sqlite(inserts) {
  const file = path.join(scratch, 'inserts.sql');
  const rows = Array.from({ length: inserts }, (_, index) => `insert into t values (${index});`);
  writeFileSync(file, ['pragma synchronous = off; create table t (n);', ...rows].join('\n'));
  return sh(`rm -f ${scratch}/db; sqlite3 ${scratch}/db < ${file} > /dev/null`);
}
