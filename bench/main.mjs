// npm run bench: what Renacer costs, as ratios in one run. Prints tables; exits with 1 if a ratio is above its target. What matters
// most of it, in five minutes: node bench/short.mjs
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asUsers, byPtrace, connectArmed, limitsAlone, readArmed, START, shortReads } from './lines.mjs';
import { printTable } from './table.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
printTable('median of 5 (of 15, 11, 3)', [
  ...START,
  limitsAlone,
  ...byPtrace(trace),
  ...asUsers(trace),
  connectArmed,
  readArmed(trace),
  shortReads,
]);
rmSync(scratch, { recursive: true, force: true });

for (const more of ['./warm.mjs', './engines.mjs', './network.mjs', './stacks.mjs', './workloads.mjs', './sweep.mjs']) {
  console.log();
  await import(more);
}
