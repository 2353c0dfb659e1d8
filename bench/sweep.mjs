// node bench/sweep.mjs [CASE...] (after npm run build): what a run of a sweep costs beside starting the command bare, how many there are a second, and
// how the sweep of the known commands (test/sweep-cases) compares with a loop of strace, and how soon a hang is told. Each figure stands beside what it is to reach;
// exits with 1 if one misses it. On a quiet machine with two CPUs it takes less than six minutes.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { subjectOf } from '../dist/campaign/subject/subject.js';
import { cleanRuns } from '../dist/campaign/sweep/clean/clean-runs.js';
import { planSweep } from '../dist/campaign/sweep/plan.js';
import { judgeOf } from '../dist/campaign/sweep/verdict/judge.js';
import { judgedCase } from '../dist/campaign/sweep/verdict/judged-case.js';
import { WorkerProcess } from '../dist/campaign/sweep/worker/worker-process.js';
import { MOST_DEPTH } from '../dist/campaign/worker-pool.js';
import { CASES, requestOf } from '../test/sweep-cases/cases.mjs';
import { median } from './measure.mjs';

const CPU = 0;
const CPU_TARGET = 1.6;
/** Each run from the start of the command, and from checkpoints where that is sound, as a sweep does. */
const WAYS = [
  { name: 'whole', checkpoints: 'off', wallTarget: 1500 },
  { name: 'from checkpoints', checkpoints: undefined, wallTarget: 2500 },
];
const STRACE_TARGET = 10;
/** Until a verdict, beyond what a good run takes: a tree that is blocked, and one that repeats a call. */
const HANGS = [
  { end: 'hung', onError: 'read line < fifo', targetMs: 500 },
  { end: 'spinning', onError: 'until echo a; do :; done', targetMs: 100 },
];
const ROUNDS = 5;
const RUNS_A_ROUND = 600;
/** So many runs of each known command are made by strace, too: evenly from all that are made by us. */
const SAMPLE = 24;
/** And so many at most by us. */
const MOST_CASES = 200;
/** How long a loop of strace waits for a command that may hang. */
const STRACE_PATIENCE_S = 3;
const TICKS_PER_SECOND = 100;

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const say = (name, figures, target, met) => {
  if (!met) process.exitCode = 1;
  console.log(`${name.padEnd(64)}  ${figures}  target ${target}  ${met ? 'met' : 'missed'}`);
};

/** A worker for a request, its plan, and a judge. */
async function open(request, cpu = CPU) {
  const subject = subjectOf(request);
  const worker = await WorkerProcess.start(subject, cpu);
  const clean = await cleanRuns((options) => worker.perform([], options), request);
  const options = { ...clean.options, record: false, contents: false };
  const judge = judgeOf(clean.results, request);
  const { cases } = planSweep(clean.recorded, request);
  const run = async (of) => judge(await worker.perform(of.faults, options), judgedCase(of));
  return { worker, subject, cases, options, run };
}

/** Runs all of these, as a sweep does: a worker has the next case before it is done with the one before. */
async function runAll({ run }, cases) {
  const left = cases[Symbol.iterator]();
  const lane = async () => {
    for (const one of left) await run(one);
  };
  await Promise.all(Array.from({ length: MOST_DEPTH }, lane));
}

/** As many of these cases, over and over. */
function repeated(cases, count) {
  return Array.from({ length: count }, (_, index) => cases[index % cases.length]);
}

/** User and system time of a process and of the children that it has waited for, in ms. */
function cpuOf(pid) {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * (1000 / TICKS_PER_SECOND);
}

const SPAWN_LOOP = `
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
extern char **environ;
int main(int argc, char **argv) {
  for (int runs = atoi(argv[1]); runs > 0; runs--) {
    pid_t pid;
    if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0) return 1;
    waitpid(pid, NULL, 0);
  }
}
`;

function spawnLoop() {
  const program = path.join(scratch, 'spawn-loop');
  writeFileSync(`${program}.c`, SPAWN_LOOP);
  return spawnSync('cc', ['-O2', '-o', program, `${program}.c`]).status === 0 ? program : undefined;
}

/** In the same directory and environment. */
function bareCpu(program, { input, file, argv, env }) {
  const script = 'TIMEFORMAT="%U %S"; { time taskset -c "$@" > /dev/null 2>&1; } 2>&1';
  const words = [String(CPU), program, String(RUNS_A_ROUND), file, ...argv.slice(1)];
  const { stdout } = spawnSync('bash', ['-c', script, 'bash', ...words], {
    cwd: input,
    encoding: 'utf8',
    env: variables(env),
  });
  const [user, system] = stdout.trim().split(' ').map(Number);
  return ((user + system) * 1000) / RUNS_A_ROUND;
}

function variables(env) {
  return Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

function catRequest() {
  const input = path.join(scratch, 'cat');
  mkdirSync(input, { recursive: true });
  for (const name of ['a', 'b']) writeFileSync(path.join(input, name), `${name}\n`.repeat(100));
  // All that a sweep may be asked for, as it is of the known commands; of no importance here.
  return {
    ...requestOf(
      { id: 'cat-ab', command: ['cat', 'a', 'b'], setup: ':', env: { LC_ALL: 'C' } },
      mkdtempSync(path.join(scratch, 'of-')),
    ),
    input,
  };
}

function goOnFrom({ checkpoints }) {
  if (checkpoints === undefined) delete process.env.RENACER_CHECKPOINTS;
  else process.env.RENACER_CHECKPOINTS = checkpoints;
}

async function benchCat(way) {
  goOnFrom(way);
  const request = catRequest();
  const bare = spawnLoop();
  const opened = await open(request);
  const { worker, subject, cases } = opened;
  const again = (count) => runAll(opened, repeated(cases, count));
  await again(2 * RUNS_A_ROUND);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [before, judge] = [cpuOf(worker.pid), process.cpuUsage()];
    await again(RUNS_A_ROUND);
    const judged = process.cpuUsage(judge);
    const ours = (cpuOf(worker.pid) - before) / RUNS_A_ROUND;
    rounds.push({
      ours,
      judged: (judged.user + judged.system) / 1000 / RUNS_A_ROUND,
      bare: bare && bareCpu(bare, subject),
    });
  }
  await worker.close();
  const of = (key) => median(rounds.map((round) => round[key]));
  if (bare === undefined) return console.log('cat a b / posix_spawn: left out, there is no C compiler');
  const ratio = median(rounds.map((round) => round.ours / round.bare));
  const figures = `${of('ours').toFixed(3)} ms, bare ${of('bare').toFixed(3)} ms, ratio ${ratio.toFixed(2)}; judge ${of('judged').toFixed(3)} ms`;
  say(`cat a b, isolated, ${way.name}: CPU time / posix_spawn`, figures, CPU_TARGET, ratio <= CPU_TARGET);
}

/** Ticks that all CPUs have been idle, and all ticks. */
function ticks() {
  const fields = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0].trim().split(/ +/).slice(1, 9).map(Number);
  return { idle: fields[3] + fields[4], all: fields.reduce((sum, field) => sum + field, 0) };
}

async function benchWall(way) {
  goOnFrom(way);
  const request = catRequest();
  const cpus = Math.min(2, availableParallelism());
  const opened = await Promise.all(Array.from({ length: cpus }, (_, cpu) => open(request, cpu)));
  const total = 3000;
  const loop = (one) => runAll(one, repeated(one.cases, total / cpus));
  await Promise.all(opened.map(loop));
  const before = ticks();
  const start = performance.now();
  await Promise.all(opened.map(loop));
  const rate = total / ((performance.now() - start) / 1000);
  const after = ticks();
  await Promise.all(opened.map(({ worker }) => worker.close()));
  const name = `cat a b, isolated and judged, ${way.name}: runs/s on ${cpus} CPUs`;
  const idle = (100 * (after.idle - before.idle)) / (after.all - before.all);
  say(name, `${rate.toFixed(0)}, CPUs idle ${idle.toFixed(0)} %`, way.wallTarget, rate >= way.wallTarget);
}

async function benchHang({ end, onError, targetMs }) {
  const request = { ...catRequest(), command: 'sh', args: ['-c', `echo a || ${onError}`] };
  spawnSync('mkfifo', [path.join(request.input, 'fifo')]);
  const { worker, cases, options } = await open(request);
  const { faults } = cases.find(({ faults: [{ syscall, way }] }) => syscall === 'write' && way === 'persistent');
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) seen.push(await worker.perform(faults, options));
  await worker.close();
  const others = seen.filter((run) => run.end.kind !== end);
  if (others.length > 0) throw new Error(`${onError}: ended by ${others[0].end.kind}`);
  const took = median(seen.map(({ durationMs }) => durationMs)) - options.usualMs;
  say(`until a run is ${end}, beyond a good one`, `${took.toFixed(0)} ms`, targetMs, took <= targetMs);
}

/** What strace can do of a case: one error, at a call of the first task. */
function straceWords({ faults: [{ syscall, ordinal, fault, way }] }) {
  const when = way === 'persistent' ? `${ordinal}+` : String(ordinal);
  return [
    '-f',
    '--seccomp-bpf',
    '-o',
    '/dev/null',
    '-e',
    `trace=${syscall}`,
    '-e',
    `inject=${syscall}:${fault}:when=${when}`,
  ];
}

/** Seconds for these cases by a loop of strace: the directory made anew, the command under it, and its check. */
function straceSeconds(request, { argv, env }, cases) {
  const start = performance.now();
  for (const of of cases) {
    const work = path.join(scratch, 'work');
    cpSync(request.input, work, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const words = [
      '-c',
      String(CPU),
      'timeout',
      '-k',
      '1',
      String(STRACE_PATIENCE_S),
      'strace',
      ...straceWords(of),
      ...argv,
    ];
    const { status } = spawnSync('taskset', words, { cwd: work, env: variables(env), stdio: 'ignore' });
    if (request.verify !== undefined && status === 0)
      spawnSync('/bin/sh', ['-c', request.verify], { cwd: work, env: variables(env), stdio: 'ignore' });
    rmSync(work, { recursive: true, force: true });
  }
  return (performance.now() - start) / 1000;
}

/** So many of them at most. */
function evenly(all, most) {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(most, all.length) }, (_, index) => all[Math.floor(index * step)]);
}

async function benchCases(wanted) {
  const sums = { ours: 0, strace: 0, runs: 0 };
  const ratios = [];
  for (const of of CASES.filter(({ id, ready }) => !ready && (wanted.length === 0 || wanted.includes(id)))) {
    const directory = mkdtempSync(path.join('/var/tmp', 'renacer-bench-'));
    try {
      const request = { ...requestOf(of, directory), jobs: 1 };
      const opened = await open(request);
      const { worker, subject, cases } = opened;
      const errors = cases.filter(
        ({ faults: [{ task, way, fault }] }) => task === '0' && way !== 'short' && fault.startsWith('error='),
      );
      const performed = evenly(errors, MOST_CASES);
      const sample = evenly(performed, SAMPLE);
      const start = performance.now();
      await runAll(opened, performed);
      // As long as so many of them take.
      const ours = ((performance.now() - start) / 1000) * (sample.length / performed.length);
      await worker.close();
      const strace = straceSeconds(request, subject, sample);
      sums.ours += ours;
      sums.strace += strace;
      sums.runs += sample.length;
      ratios.push(strace / ours);
      const figures = `${(sample.length / ours).toFixed(0).padStart(5)} runs/s, strace ${(sample.length / strace).toFixed(1)}, x ${(strace / ours).toFixed(1)}`;
      console.log(`  ${of.id.padEnd(20)} ${figures}`);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  const ratio = sums.strace / sums.ours;
  say(
    `known commands, ${sums.runs} runs on one CPU / a loop of strace`,
    `x ${ratio.toFixed(1)}, of single commands x ${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}, median ${median(ratios).toFixed(1)}`,
    STRACE_TARGET,
    ratio >= STRACE_TARGET,
  );
}

try {
  const wanted = process.argv.slice(2);
  if (wanted.length === 0) {
    for (const way of WAYS) await benchCat(way);
    for (const way of WAYS) await benchWall(way);
    for (const hang of HANGS) await benchHang(hang);
  }
  await benchCases(wanted);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
