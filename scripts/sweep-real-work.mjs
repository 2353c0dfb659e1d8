// After a build: sweeps programs at real work as a user would (git, npm, redis, nginx, make, ...), each in a directory of its own, and prints
// what was found, how much memory Renacer took, and what was left outside. `node scripts/sweep-real-work.mjs [--for 60s] [--jobs N] [--keep DIR] [SUBJECT...]`;
// DIR gets a report of each. Findings are for a reader to judge: docs/sweep.md tells what came of them.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { remains } from './real-work/remains.mjs';
import { SUBJECTS } from './real-work/subjects.mjs';

const RENACER = fileURLToPath(new URL('../bin/renacer', import.meta.url));
const MAX_MEMORY_MIB = 300;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { for: { type: 'string' }, jobs: { type: 'string' }, keep: { type: 'string' }, quick: { type: 'boolean' } },
});
const bounds = [
  ...(values.for ? ['--for', values.for] : []),
  ...(values.jobs ? ['--jobs', values.jobs] : []),
  ...(values.quick ? ['--quick'] : []),
];
if (process.env.RENACER_REAL_WORK === undefined) alone();
const unknown = positionals.filter((name) => !(name in SUBJECTS));
if (unknown.length > 0)
  throw new Error(`no such subject: ${unknown.join(' ')}; there are ${Object.keys(SUBJECTS).join(' ')}`);

for (const [name, subject] of Object.entries(SUBJECTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const top = mkdtempSync(path.join('/var/tmp', 'renacer-real-work-'));
  try {
    await sweep(name, subject, top);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

/** Begins anew with a /tmp and its like that nobody else writes to, so that all that is new there is Renacer's, and with mounts of its own. */
function alone() {
  const mounts = ['/tmp', '/var/tmp', '/dev/shm'].map((directory) => `mount -t tmpfs none ${directory}`).join(' && ');
  const command = ['sh', '-c', `${mounts} && exec "$@"`, 'sh', process.execPath, ...process.argv.slice(1)];
  const env = { ...process.env, RENACER_REAL_WORK: 'alone' };
  process.exit(spawnSync('unshare', ['--mount', ...command], { stdio: 'inherit', env }).status ?? 1);
}

async function sweep(name, { setup, command, options = [] }, top) {
  const work = path.join(top, name);
  mkdirSync(work);
  execFileSync('/bin/bash', ['-ec', setup], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  const kept = values.keep ?? top;
  mkdirSync(kept, { recursive: true });
  const report = path.resolve(kept, `${name}.json`);
  const args = ['sweep', ...bounds, ...options, '--report', report, '--', ...command];
  const { left, peakMiB, peakOfEach, status, errors } = await remains(work, name, (env) => {
    return spawn(RENACER, args, { cwd: work, env, stdio: ['ignore', 'ignore', 'pipe'] });
  });
  if (status !== 0 && status !== 1) {
    console.log(`${name}: FAILED with ${status}\n${errors.replace(/^/gm, '    ')}`);
    process.exitCode = 1;
  } else print(name, JSON.parse(readFileSync(report, 'utf8')), peakMiB, peakOfEach);
  for (const one of left) console.log(`  LEFT    ${one}`);
  if (left.length > 0 || peakMiB > MAX_MEMORY_MIB) process.exitCode = 1;
}

function print(name, report, peakMiB, peakOfEach) {
  const { swept_sites: swept, sites, cases, runs, classes, findings, duration_ms: ms, cut } = report;
  const ends = Object.entries(classes).filter(([, count]) => count > 0);
  const rate = (runs / (ms / 1000)).toFixed(1);
  console.log(
    `${name}: ${swept} of ${sites} sites, ${cases} cases, ${runs} runs, ${rate} runs/s in ${(ms / 1000).toFixed(0)} s${cut ? ` (${cut})` : ''}; ` +
      `${ends.map((end) => end.reverse().join(' ')).join(', ')}; ${findings.length} findings; ${peakMiB.toFixed(0)} MiB (${peakOfEach.map((size) => size.toFixed(0)).join(' + ')})`,
  );
  for (const { class: kind, title, count, confirmed, reason, reaction, faults } of findings) {
    const where = faults.map(({ task, syscall, ordinal }) => `${task} ${syscall} #${ordinal}`).join(' + ');
    console.log(`  ${kind} ${title} (${where}; ${count} cases, ${confirmed}): ${reason}; then ${reaction.join(', ')}`);
  }
  for (const one of report.unconfirmed)
    console.log(`  not confirmed  ${typeof one === 'string' ? one : JSON.stringify(one)}`);
  for (const one of report.notes) console.log(`  note    ${one}`);
}
