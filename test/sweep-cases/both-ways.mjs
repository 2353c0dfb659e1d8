// Runs of a sweep both ways: each whole, and from a checkpoint where that may be. After npm run build.
import { readFileSync } from 'node:fs';
import { subjectOf } from '../../dist/campaign/subject/subject.js';
import { cleanRuns } from '../../dist/campaign/sweep/clean/clean-runs.js';
import { planSweep } from '../../dist/campaign/sweep/plan.js';
import { judgeOf } from '../../dist/campaign/sweep/verdict/judge.js';
import { judgedCase } from '../../dist/campaign/sweep/verdict/judged-case.js';
import { WorkerProcess } from '../../dist/campaign/sweep/worker/worker-process.js';

const MS_PER_TICK = 10;

/**
 * Performs up to `most` cases of the plan of a request, evenly chosen, both ways in turn, in one worker: whole, and from a checkpoint wherever that is sound. Returns what was seen and said of each, the CPU time of all in ms,
 * and how many processes stand at a checkpoint in the end.
 *
 * @param rounds of each way, after one that counts for nothing
 */
export async function bothWays(request, { most = 100, rounds = 1, cpu = 0 } = {}) {
  const worker = await WorkerProcess.start(subjectOf(request), cpu);
  const before = process.env.RENACER_CHECKPOINTS;
  try {
    const clean = await cleanRuns((options) => worker.perform([], options), request);
    const options = { ...clean.options, record: false, contents: false };
    const judge = judgeOf(clean.results, request);
    const { cases: all } = planSweep(clean.recorded, request);
    const step = Math.max(1, all.length / most);
    const cases = Array.from({ length: Math.min(most, all.length) }, (_, index) => all[Math.floor(index * step)]);
    const perform = async (way) => {
      process.env.RENACER_CHECKPOINTS = way;
      const startMs = cpuOf(worker.pid);
      const seen = [];
      for (const of of cases) seen.push(await worker.perform(of.faults, options));
      return { seen, cpuMs: cpuOf(worker.pid) - startMs };
    };
    const alone = childrenOf(worker.pid);
    const sums = { whole: 0, forked: 0 };
    let last;
    for (let round = 0; round <= rounds; round++) {
      const one = await perform('off');
      const other = await perform('always');
      last = [one.seen, other.seen];
      if (round === 0 && rounds > 0) continue;
      sums.whole += one.cpuMs;
      sums.forked += other.cpuMs;
    }
    const [seenWhole, seenForked] = last;
    const verdicts = cases.map((of, index) => ({
      of,
      whole: judge(seenWhole[index], judgedCase(of)),
      forked: judge(seenForked[index], judgedCase(of)),
      seen: [seenWhole[index], seenForked[index]],
    }));
    const standing = childrenOf(worker.pid) - alone;
    return { verdicts, sums, runs: cases.length * Math.max(1, rounds), standing };
  } finally {
    if (before === undefined) delete process.env.RENACER_CHECKPOINTS;
    else process.env.RENACER_CHECKPOINTS = before;
    await worker.close();
  }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').length;
}

/** User and system time of a process and of the children that it has waited for. */
function cpuOf(pid) {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_TICK;
}
