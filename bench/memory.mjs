// node bench/memory.mjs [FAULTS]: injects so many faults (ten million) into a program that makes calls and nothing else, and prints the
// highest memory use of Renacer. Needs `npm run build`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const MAX_MIB = 200;
const faults = Number(process.argv[2] ?? 10_000_000);
const RENACER = path.resolve(import.meta.dirname, '../bin/renacer');
const report = path.join(tmpdir(), `renacer-memory-${process.pid}.json`);
const program = `import os
for _ in range(${faults}):
  os.umask(0)`;

const begun = performance.now();
// A recording streams to its file: here to nothing, since ten million lines are a gigabyte.
const options = ['-e', 'inject=umask:retval=18', '--record', '/dev/null', '--report', report, '-o', '/dev/null'];
const renacer = spawn(RENACER, [...options, '--', 'python3', '-S', '-c', program], { stdio: 'inherit' });
let peakKiB = 0;
const look = setInterval(() => {
  const status = readFileSync(`/proc/${renacer.pid}/status`, 'latin1');
  peakKiB = Math.max(peakKiB, Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0));
}, 200);
const [code] = await once(renacer, 'exit');
clearInterval(look);
const { faults: kept, omitted_faults: omitted } = JSON.parse(readFileSync(report, 'utf8'));
const seconds = (performance.now() - begun) / 1000;
console.log(
  `${kept.length + omitted} faults in ${seconds.toFixed(0)} s, ${kept.length} of them in a report of ${(statSync(report).size / 2 ** 20).toFixed(1)} MiB; peak of Renacer ${(peakKiB / 1024).toFixed(0)} MiB (limit ${MAX_MIB})`,
);
rmSync(report);
process.exitCode = code === 0 && peakKiB < MAX_MIB * 1024 && kept.length + omitted === faults ? 0 : 1;
