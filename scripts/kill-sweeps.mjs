// node scripts/kill-sweeps.mjs [KILLS] [SEED]: kills sweeps that run (SIGKILL) at random moments, each of them one to three times, and lets them go on: the results
// file must be readable after each kill, nothing may be left of what was started, and what is found in the end, and the file but for times, must be
// those of a sweep that nobody killed. Exits with 1 if anything is not. Needs `npm run build`.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decisionKey, drawIndex, drawUnit } from '../dist/faults/decisions.js';
import { copyInput, findingsOf, linesOf, makeInput, sweep } from '../test/support/killed-sweep.mjs';

const [kills = 50, seed = 13] = process.argv.slice(2).map(Number);
const key = decisionKey(seed, 'kill-sweeps', 'moments');
const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-kill-sweeps-'));
const input = path.join(scratch, 'input');
const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length;
const directories = () => new Set(readdirSync(tmpdir()).filter((name) => name.startsWith('renacer-sweep-')));

makeInput(input);
const whole = { results: path.join(scratch, 'whole.ndjson'), report: path.join(scratch, 'whole.json') };
const begun = performance.now();
const { status, said } = await sweep(input, whole.results, { report: whole.report });
const lengthMs = performance.now() - begun;
if (status !== 1) throw new Error(`the sweep ended with ${status}: ${said}`);
const [lines, findings] = [linesOf(whole.results), findingsOf(whole.report)];
console.log(`a whole sweep: ${lines.length} lines, ${findings.length} findings, ${Math.round(lengthMs)} ms`);

const [mountsBefore, directoriesBefore] = [mounts(), directories()];
const wrong = [];
let [killed, drawn] = [0, 0];
for (let one = 0; killed < kills; one++) {
  const directory = mkdtempSync(path.join(scratch, 'killed-'));
  const own = path.join(directory, 'input');
  copyInput(input, own);
  const [results, report] = [path.join(directory, 'r.ndjson'), path.join(directory, 'r.json')];
  const times = Math.min(1 + drawIndex(key, one, 3, 1), kills - killed);
  let [time, known] = [0, 0];
  while (time < times) {
    // What is known already is not done again: at a moment of what is left to do.
    const killAfterMs = lengthMs * (1 - known / lines.length) * drawUnit(key, drawn++, 0);
    const startMs = performance.now();
    const outcome = await sweep(own, results, { killWhen: () => performance.now() - startMs >= killAfterMs });
    // It was faster.
    if (!outcome.lived) break;
    time++;
    killed++;
    try {
      known = linesOf(results)?.length ?? 0;
    } catch (error) {
      wrong.push(`kill ${killed}, after ${Math.round(killAfterMs)} ms: ${error.message}`);
    }
    for (const what of outcome.left) wrong.push(`kill ${killed}, after ${Math.round(killAfterMs)} ms: left ${what}`);
  }
  const end = await sweep(own, results, { report });
  if (end.status !== 1) wrong.push(`sweep ${one}: went on, and ended with ${end.status}: ${end.said}`);
  else if (!isDeepStrictEqual(findingsOf(report), findings)) wrong.push(`sweep ${one}: other findings`);
  else if (!isDeepStrictEqual(linesOf(results), lines)) wrong.push(`sweep ${one}: other lines`);
  console.log(
    `sweep ${one}: killed ${time} times with ${known} of ${lines.length} lines, then ended with ${end.status}; ${killed} kills, ${wrong.length} things wrong so far`,
  );
  if (wrong.length === 0) rmSync(directory, { recursive: true });
}
if (mounts() !== mountsBefore) wrong.push(`mounts: ${mountsBefore} before, ${mounts()} now`);
for (const name of directories()) if (!directoriesBefore.has(name)) wrong.push(`left ${path.join(tmpdir(), name)}`);
for (const what of wrong) console.log(what);
console.log(`${killed} kills of sweeps that ran: ${wrong.length} things wrong`);
if (wrong.length === 0) rmSync(scratch, { recursive: true });
process.exitCode = wrong.length > 0 ? 1 : 0;
