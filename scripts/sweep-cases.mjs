// After a build: sweeps the commands of test/sweep-cases as a user would, without a hint of what is known of them, and prints what was
// found beside what is known. `node scripts/sweep-cases.mjs [CASE...]`; with --all-lines, each finding's evidence, too.
// As nobody: `setpriv --reuid 65534 --regid 65534 --clear-groups node scripts/sweep-cases.mjs`, with a HOME of his own.
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sweepCommand } from '../dist/campaign/sweep/sweep.js';
import { CASES, requestOf, shows } from '../test/sweep-cases/cases.mjs';

const words = process.argv.slice(2);
const withEvidence = words.includes('--all-lines');
const wanted = words.filter((word) => !word.startsWith('--'));
const listener = { onProgress() {}, onFinding() {} };
const totals = { cases: 0, runs: 0, seconds: 0, known: 0, shown: 0, others: 0, falseAlarms: 0 };

for (const of of CASES.filter(({ id }) => wanted.length === 0 || wanted.includes(id))) {
  const directory = mkdtempSync(path.join('/var/tmp', 'renacer-cases-'));
  try {
    print(of, await sweepCommand(requestOf(of, directory), listener, new AbortController().signal));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
console.log(
  `${totals.shown} of ${totals.known} known defects, ${totals.others} other findings, ${totals.falseAlarms} of them in right commands; ` +
    `${totals.cases} cases, ${totals.runs} runs, ${totals.seconds.toFixed(0)} s`,
);
process.exitCode = totals.shown === totals.known && totals.falseAlarms === 0 ? 0 : 1;

function print(of, { findings, cases, runs, classes, durationMs, unconfirmed, notes }) {
  const worse = findings.filter((finding) => finding.class !== 'silent');
  const known = of.defects.map((defect) => ({ ...defect, is: worse.find((finding) => shows(finding, defect)) }));
  const others = worse.filter((finding) => !known.some(({ is }) => is === finding));
  const ends = Object.entries(classes).filter(([, count]) => count > 0);
  const seconds = durationMs / 1000;
  console.log(
    `${of.id}: ${cases} cases, ${runs} runs, ${seconds.toFixed(1)} s; ${ends.map((end) => end.join(' ')).join(', ')}`,
  );
  for (const { is, class: kind, syscall, error, what } of known) {
    console.log(`  ${is ? 'known  ' : 'MISSED '} ${kind} ${syscall} ${error}: ${what}`);
    if (is) tell(is);
  }
  for (const finding of others) {
    console.log(`  ${of.defects.length === 0 ? 'FALSE  ' : 'other  '} ${headOf(finding)}`);
    tell(finding);
  }
  for (const text of unconfirmed) console.log(`  not confirmed  ${text}`);
  for (const text of notes) console.log(`  note    ${text}`);
  totals.cases += cases;
  totals.runs += runs;
  totals.seconds += seconds;
  totals.known += known.length;
  totals.shown += known.filter(({ is }) => is).length;
  totals.others += others.length;
  totals.falseAlarms += of.defects.length === 0 ? others.length : 0;
}

function headOf({ class: kind, syscall, error, way, count, confirmed, verdict }) {
  const times = `${count} cases, ${confirmed.shown} of ${confirmed.tried}`;
  return `${kind} ${syscall} ${error}${way === 'persistent' ? ' for good' : ''} (${times}): ${verdict.reason}`;
}

function tell({ verdict, reaction, also, case: { faults } }) {
  if (!withEvidence) return;
  const at = faults.map(({ task, syscall, ordinal, fault }) => `${task} ${syscall} ${ordinal} ${fault}`).join(' + ');
  const lines = [
    `at ${at}`,
    ...verdict.evidence,
    ...reaction.map((one) => `then ${one}`),
    ...also.map((one) => `also ${one}`),
  ];
  for (const line of lines) console.log(`            ${line}`);
}
