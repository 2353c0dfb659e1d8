// node scripts/explore-evaluation.mjs racy|right [NAME|PROGRAM...], after a build. `racy`: explores each program that has a defect, and prints at which seed
// that shows, how many orders a second were run, to how many switches it was reduced, and how often 50 replays showed it again, before that and after.
// `right`: about 2,000 orders of programs that have none. A PROGRAM is a path: any racy one. Exits with 1 if something was not found, not shown again, or
// found where nothing is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { judgeOrder } from '../dist/campaign/explore/judge.js';
import { plainRuns } from '../dist/campaign/explore/plain-runs.js';
import { OrderProcess } from '../dist/campaign/explore/worker/order-process.js';
import { subjectOf } from '../dist/campaign/subject/subject.js';
import { explore } from '../dist/index.js';

const SEEDS = 200;
const SEEDS_OF_DATA = 100;
const REPLAYS = 50;
const EXPECT = ['survived'];
const GIT = 'git init -q . && git config user.name a && git config user.email b && git commit -q --allow-empty -m x';

const directory = mkdtempSync(path.join(os.tmpdir(), 'renacer-evaluation-'));
const RACES = path.join(directory, 'races');

const guest = (name, more = {}) => ({ name, argv: [RACES, name], ...more });
/** Two commands at once, in a directory that `setup` has filled. */
const pair = (name, setup, [one, other], verify) => {
  const script = `${one} & p=$!; ${other} & q=$!; wait $p || r=1; wait $q || r=2; exit \${r:-0}`;
  return { name, argv: ['sh', '-c', script], setup, verify };
};

const RACY = [
  ...'lost-update check-act order pause-signal two-sections abba lost-wakeup barrier-misuse double-checked aba'
    .split(' ')
    .map((name) => guest(name)),
  ...'rwlock-upgrade shared-cond sem-leak half-file stale-lock'.split(' ').map((name) => guest(name)),
  ...'plain-counter lazy-init double-fetch'.split(' ').map((name) => guest(name, { points: 'data' })),
  pair('git init', '', ['git init -q r', 'git init -q r']),
  pair('git config', GIT, ['git config a.x 1', 'git config b.y 2']),
  pair('git add', `${GIT} && touch a b`, ['git add a', 'git add b']),
  pair('sqlite3', 'sqlite3 db "create table t(a)"', Array(2).fill('sqlite3 db "insert into t values(1)"')),
  pair('sed -i', 'printf "a\\nb\\n" > f', ['sed -i s/a/1/ f', 'sed -i s/b/2/ f'], 'test "$(tr -d "\\n" < f)" = 12'),
  pair(
    'gzip and >>',
    'seq 2000 > f',
    ['gzip -f f', 'sh -c "echo x >> f"'],
    'test $( (cat f; zcat f.gz) 2>/dev/null | wc -l) = 2001',
  ),
  pair('cp and rm', 'mkdir d; touch d/1 d/2', ['cp -r d e', 'rm -rf d']),
];

const RIGHT = [
  ...'queue barrier rwlock pipeline flock-counter mkdirs'.split(' ').map((name) => guest(name, { runs: 300 })),
  { ...pair('mkdir -p', '', ['mkdir -p a/b/c', 'mkdir -p a/b/c']), runs: 60 },
  {
    ...pair(
      'git branch',
      GIT,
      ['git branch n1', 'git branch n2'],
      'git rev-parse -q --verify n1 && git rev-parse -q --verify n2',
    ),
    runs: 40,
  },
  {
    ...pair(
      'git config, tried again',
      GIT,
      ['until git config a.x 1; do :; done', 'until git config b.y 2; do :; done'],
      'git config a.x && git config b.y',
    ),
    runs: 40,
  },
  {
    ...pair(
      'sqlite3 with a busy handler',
      'sqlite3 db "create table t(a)"',
      Array(2).fill('sqlite3 -cmd ".timeout 60000" db "insert into t values(1)"'),
      'test "$(sqlite3 db "select count(*) from t")" = 2',
    ),
    runs: 60,
  },
];

const [kind, ...asked] = process.argv.slice(2);
const programs = { racy: RACY, right: RIGHT }[kind];
if (!programs) throw new Error('say racy or right');
let wrong = 0;
try {
  execFileSync('cc', ['-O1', '-pthread', '-o', RACES, 'test/guests/races.c']);
  const paths = asked
    .filter((word) => word.includes('/'))
    .map((file) => ({ name: path.basename(file), argv: [path.resolve(file)] }));
  const chosen = asked.length === 0 ? programs : [...programs.filter(({ name }) => asked.includes(name)), ...paths];
  for (const program of chosen) await (kind === 'racy' ? evaluate(program) : passes(program));
} finally {
  rmSync(directory, { recursive: true });
}
process.exitCode = wrong > 0 ? 1 : 0;

/** The directory that a program begins in, and how it is explored. */
function optionsOf({ name, setup, verify, points = 'locks' }, runs) {
  const input = mkdtempSync(path.join(directory, `${name.replaceAll(/\W+/g, '-')}-`));
  if (setup) execFileSync('sh', ['-c', setup], { cwd: input });
  return { input, runs, points, jobs: 1, findings: path.join(directory, 'findings'), ...(verify && { verify }) };
}

async function evaluate(program) {
  const { name, argv, points } = program;
  const within = points === 'data' ? SEEDS_OF_DATA : SEEDS;
  const options = optionsOf(program, within);
  const { findings, ordersPerSecond, unconfirmed } = await explore(argv[0], argv.slice(1), options);
  const [finding] = findings;
  if (!finding) {
    wrong++;
    console.log(`${name.padEnd(16)} not found in ${within} seeds ${unconfirmed.join('; ')}`);
    return;
  }
  const { seed, switches, confirmed } = finding;
  const worker = await OrderProcess.start(subjectOf(requestOf(program, options)), undefined);
  const again = async (order) => {
    let shown = 0;
    for (let replay = 0; replay < REPLAYS; replay++) {
      if (judgeOrder(await worker.perform(order, plain.options)).class === finding.class) shown++;
    }
    return shown;
  };
  const first = { seed, by: { switches: [] } };
  const perform = (how) => worker.perform(first, how);
  const plain = await plainRuns(perform, { command: name, points: options.points, expect: EXPECT });
  const by = { strategy: 'mix', depth: 3, counts: plain.counts, choices: plain.choicePoints };
  const before = (await worker.perform({ seed, by }, plain.options)).switches;
  const shown = [await again({ seed, by: { switches: before } }), await again({ seed, by: { switches } })];
  await worker.close();
  if (shown.some((count) => count < REPLAYS)) wrong++;
  console.log(
    `${name.padEnd(16)} ${finding.class.padEnd(9)} seed ${String(seed).padStart(3)} of ${within}, ${before.length} -> ${switches.length} switches, ` +
      `replays ${shown.join(' and ')} of ${REPLAYS}, confirmed ${confirmed.shown} of ${confirmed.tried}, ${ordersPerSecond.toFixed(0)} orders/s`,
  );
}

/** What a worker is to know of a program. */
function requestOf({ argv, verify }, { input }) {
  return {
    ...{ command: argv[0], args: argv.slice(1), input, stdin: undefined, env: {}, ignore: [], ownFiles: [] },
    ...{ verify, verifyAlways: undefined, ready: undefined, drive: undefined, isolation: 'full', network: 'own' },
  };
}

async function passes(program) {
  const { name, argv, runs } = program;
  const { orders, classes, findings, unconfirmed, ordersPerSecond } = await explore(
    argv[0],
    argv.slice(1),
    optionsOf(program, runs),
  );
  if (findings.length + unconfirmed.length > 0 || classes.survived !== orders) wrong++;
  console.log(
    `${name.padEnd(28)} ${classes.survived} of ${orders} orders right, ${ordersPerSecond.toFixed(0)} orders/s ${[...findings.map(({ title }) => title), ...unconfirmed].join('; ')}`,
  );
}
