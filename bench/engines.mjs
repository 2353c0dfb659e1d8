// node bench/engines.mjs (after npm run build, as root): what the engines cost, as ratios in one run. Prints a table; exits
// with 1 if a ratio is above its target. The build is `make -j2` of generated C files, unless BUILD names another.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeBuild } from './build.mjs';
import { byEbpf, connectOfBuild, ebpfByDd, ebpfOfBuild, startOfEngines } from './lines.mjs';
import { printTable } from './table.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-bench-'));
const trace = path.join(scratch, 'trace');
const build = process.env.BUILD ? ['sh', '-c', process.env.BUILD] : makeBuild(path.join(scratch, 'build'), 48);

printTable('median of 5 (of 3, 11)', [
  ...byEbpf(trace),
  ebpfByDd(trace),
  ebpfOfBuild(trace, build),
  ...connectOfBuild(trace, build),
  startOfEngines(trace),
]);
rmSync(scratch, { recursive: true, force: true });
