// node bench/short.mjs (after npm run build, as root): what matters most, in five minutes. NODES names the directories of other
// versions of Node.js, with which starts are measured, too: NODES=/opt/node-22/bin:/opt/node-24/bin. Prints tables; exits with 1 if
// a figure is above its target.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBuild } from './build.mjs';
import { byEbpf, byPtrace, ebpfOfBuild, ptraceOfBuild, readArmed, START } from './lines.mjs';
import { printTable } from './table.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
const build = makeBuild(path.join(scratch, 'build'), 24);

/** The first runs with another version keep V8's code of Renacer. */
const RUNS_THAT_KEEP = 5;
const ownPath = process.env.PATH;
for (const directory of ['', ...(process.env.NODES ?? '').split(':').filter(Boolean)]) {
  if (directory !== '') process.env.PATH = `${directory}:${ownPath}`;
  const version = spawnSync('node', ['--version'], { encoding: 'utf8' }).stdout.trim();
  const [{ command }] = START;
  for (let run = 0; run < RUNS_THAT_KEEP; run++) spawnSync(command[0], command.slice(1));
  printTable(`Node.js ${version}, median of 15`, START);
}
process.env.PATH = ownPath;

console.log();
await import('./warm.mjs');
console.log();
const [some, many] = byPtrace(trace);
const [fewCalls, manyCalls] = byEbpf(trace);
printTable('median of 3 (of 1 where there are 2,000,000 calls)', [
  { ...some, rounds: 3 },
  { ...many, rounds: 1, warmsUp: false },
  { ...readArmed(trace), rounds: 1, warmsUp: false },
  { ...ptraceOfBuild(trace, build), rounds: 3 },
  { ...fewCalls, rounds: 3 },
  { ...manyCalls, rounds: 1, warmsUp: false },
  { ...ebpfOfBuild(trace, build), rounds: 3 },
]);
rmSync(scratch, { recursive: true, force: true });
