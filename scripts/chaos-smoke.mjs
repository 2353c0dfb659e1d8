// npm run chaos (after a build): real programs under the presets gentle and aggressive, one line a run. Under gentle each of
// them must survive; under aggressive any outcome will do, but Renacer itself must not fail.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OWN_FAILURE = 125;

const PROGRAMS = [
  ['ls', '-l', '/'],
  ['node', '-e', 'console.log([1, 2, 3].map((n) => n * n).join())'],
  ['python3', '-c', 'import subprocess; print(subprocess.check_output(["echo", "hello"]))'],
  ['git', 'init', '--quiet', 'repository'],
  ['sqlite3', 'data.db', 'create table if not exists t (n); insert into t values (1), (2); select sum(n) from t'],
  ['tar', '-cf', 'etc.tar', '/etc/hostname', '/etc/passwd'],
  ['sh', '-c', 'seq 1 1000 | sort -n | tail -1'],
];

const renacer = path.resolve('bin/renacer');
const cwd = mkdtempSync(path.join(tmpdir(), 'renacer-chaos-'));
let failed = 0;
for (const preset of ['gentle', 'aggressive']) {
  for (const program of PROGRAMS) {
    const { status, stderr } = spawnSync(renacer, ['--chaos', preset, '--seed', '1', '--', ...program], {
      cwd,
      encoding: 'utf8',
    });
    const outcome = /outcome +(.*)/.exec(stderr)?.[1] ?? stderr.trim();
    const passed = preset === 'gentle' ? outcome.startsWith('survived') : status !== OWN_FAILURE && status !== null;
    if (!passed) failed += 1;
    console.log(`${passed ? 'ok    ' : 'FAILED'}  ${preset.padEnd(10)}  ${program[0].padEnd(8)}  ${outcome}`);
  }
}
rmSync(cwd, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
