// node scripts/same-sweeps.mjs [--nobody] [CASE...], after a build: sweeps commands of test/sweep-cases twice, first with one worker and then with two, and
// counts what differs: plans, the verdicts of cases, findings by their ids. With --nobody (root must start it) the second sweep is nobody's, in a user
// namespace: what is compared are the findings, and the verdicts of the cases that both have. Exits with 1 if plans or findings differ, or more
// than one verdict of 300.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseResults } from '../dist/campaign/results-file.js';
import { sweepCommand } from '../dist/campaign/sweep/sweep.js';
import { CASES, requestOf } from '../test/sweep-cases/cases.mjs';

const NOBODY = 65534;
const MOST_OTHER = 1 / 300;
/** Short ones, of many kinds. */
const CHOSEN =
  'zip-m lz4 zstd dash-script date-tz sort-inplace curl-file git-config sqlite-output bb-gzip patch cp-tree';

const words = process.argv.slice(2);
if (words[0] === '--twice') await sweepOne(words[1], words[2], [1, 2]);
else if (words[0] === '--once') await sweepOne(words[1], words[2], [1]);
else {
  const asked = words.filter((word) => !word.startsWith('--'));
  compareAll(asked.length > 0 ? asked : CHOSEN.split(' '), words.includes('--nobody'));
}

/** In a process of its own, which may be nobody's: what each sweep with so many workers gave, as a line of JSON. */
async function sweepOne(id, directory, manyJobs) {
  const request = requestOf(
    CASES.find((one) => one.id === id),
    directory,
  );
  for (const jobs of manyJobs) {
    const results = path.join(directory, `results-${jobs}`);
    const listener = { onProgress() {}, onFinding() {} };
    const swept = await sweepCommand({ ...request, jobs, results }, listener, new AbortController().signal);
    const cases = parseResults(readFileSync(results), results).lines.filter(({ type }) => type === 'case');
    const verdicts = cases.map(({ id: one, case: of }) => [one, `${of.class}: ${of.reason}`]);
    const ids = swept.findings.map((finding) => `${finding.class} ${finding.id}: ${finding.title}`);
    process.stdout.write(`${JSON.stringify({ plan: swept.plan, ids, verdicts })}\n`);
  }
}

function compareAll(ids, asNobody) {
  const totals = { cases: 0, other: 0, findings: 0, once: 0, plans: 0 };
  for (const id of ids) {
    const [first, second] = asNobody
      ? [...sweepsOf(id, '--once', undefined), ...sweepsOf(id, '--once', NOBODY)]
      : sweepsOf(id, '--twice', undefined);
    compare(id, first, second, asNobody, totals);
  }
  const { cases, other, findings, once, plans } = totals;
  console.log(
    `${ids.length} commands: ${other} of ${cases} verdicts differ, ${once} of ${findings} findings were found once only, ${plans} plans differ`,
  );
  process.exitCode = other > cases * MOST_OTHER || once > 0 || plans > 0 ? 1 : 0;
}

function compare(id, first, second, asNobody, totals) {
  const [verdicts, others] = [first, second].map((one) => new Map(one.verdicts));
  const common = [...verdicts.keys()].filter((one) => others.has(one));
  const differing = common.filter((one) => verdicts.get(one) !== others.get(one));
  const once = [...without(first.ids, second.ids), ...without(second.ids, first.ids)];
  // Root and nobody do not make all the same calls.
  const isOtherPlan = !asNobody && (first.plan !== second.plan || common.length < Math.max(verdicts.size, others.size));
  console.log(
    `${id}: ${verdicts.size} and ${others.size} cases, ${common.length} of them the same, ${differing.length} verdicts differ; ` +
      `${first.ids.length} and ${second.ids.length} findings${isOtherPlan ? '; another plan' : ''}`,
  );
  for (const one of differing) console.log(`  ${one}: ${verdicts.get(one)} | ${others.get(one)}`);
  for (const finding of once) console.log(`  found once only: ${finding}`);
  totals.cases += common.length;
  totals.other += differing.length;
  totals.findings += first.ids.length;
  totals.once += once.length;
  totals.plans += isOtherPlan ? 1 : 0;
}

function sweepsOf(id, how, user) {
  const directory = mkdtempSync('/var/tmp/renacer-same-');
  try {
    const own = path.join(directory, 'own');
    mkdirSync(own);
    for (const one of user === undefined ? [] : [directory, own]) chownSync(one, user, user);
    const { stdout, stderr, status } = spawnSync(process.execPath, [import.meta.filename, how, id, own], {
      encoding: 'utf8',
      ...(user !== undefined && { uid: user, gid: user }),
      env: { ...process.env, HOME: own },
    });
    if (status !== 0) throw new Error(`the sweep of ${id} ended with ${status}: ${stderr}`);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function without(some, others) {
  return some.filter((one) => !others.includes(one));
}
