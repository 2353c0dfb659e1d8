// node bench/warm.mjs (after npm run build): what a run costs in a process that has done one before, and what a launch costs beside
// posix_spawn. Prints two tables; exits with 1 if a figure is above its target.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cpuTime, median } from './measure.mjs';

const beside = (name) => path.join(import.meta.dirname, name);
const pinned = (...command) => ['taskset', '-c', '0', ...command];

const RUNS = 51;
const WAYS = [
  { name: 'run("true")', limit: 'no', rule: 'no', target: 15 },
  { name: 'with a memory limit', limit: 'yes', rule: 'no', target: 20 },
  { name: 'with a limit and a rule', limit: 'yes', rule: 'yes', target: 20 },
];

console.log(`${`${RUNS} runs in one process`.padEnd(30)}  first ms  median of others  target ms`);
for (const { name, limit, rule, target } of WAYS) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [beside('run-loop.mjs'), RUNS, limit, rule], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const [first, ...others] = stdout.trim().split('\n').map(Number);
  const ms = median(others);
  if (ms > target) process.exitCode = 1;
  const columns = [first.toFixed(1).padStart(8), ms.toFixed(1).padStart(16), String(target).padStart(9)];
  console.log(`${name.padEnd(30)}  ${columns.join('  ')}${ms > target ? '  missed' : ''}`);
}

const SPAWN_LOOP = `
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
int main(int argc, char **argv) {
  char *const command[] = {"/bin/true", NULL}, *const environment[] = {NULL};
  for (int starts = atoi(argv[1]); starts > 0; starts--) {
    pid_t pid;
    if (posix_spawn(&pid, "/bin/true", NULL, NULL, command, environment) != 0) return 1;
    waitpid(pid, NULL, 0);
  }
}
`;
const STARTS = 1000;
const ROUNDS = 7;
const LAUNCH_TARGET = 1.1;

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const spawnLoop = path.join(scratch, 'spawn-loop');
writeFileSync(`${spawnLoop}.c`, SPAWN_LOOP);
console.log();
if (spawnSync('cc', ['-O2', '-o', spawnLoop, `${spawnLoop}.c`]).status !== 0) {
  console.log('launch of /bin/true / posix_spawn: left out, there is no C compiler');
} else {
  const loops = [pinned(process.execPath, beside('launch-loop.mjs')), pinned(spawnLoop)];
  const rounds = Array.from({ length: ROUNDS }, () => loops.map(startCost));
  const [ours, theirs] = [0, 1].map((which) => median(rounds.map((costs) => costs[which])));
  const missed = ours / theirs > LAUNCH_TARGET;
  if (missed) process.exitCode = 1;
  console.log(`${'CPU time of one start, on one CPU'.padEnd(34)}  renacer ms  posix_spawn ms  ratio  target`);
  const columns = [
    ours.toFixed(3).padStart(10),
    theirs.toFixed(3).padStart(14),
    (ours / theirs).toFixed(2).padStart(5),
  ];
  console.log(`${'/bin/true'.padEnd(34)}  ${columns.join('  ')}  ${LAUNCH_TARGET}${missed ? '  missed' : ''}`);
}
rmSync(scratch, { recursive: true, force: true });

/** CPU time of one start in a loop, with the command's own, in milliseconds: the loop's own start is taken off. */
function startCost(loop) {
  const few = STARTS / 10;
  return (cpuTime([...loop, String(few + STARTS)]) - cpuTime([...loop, String(few)])) / STARTS;
}
