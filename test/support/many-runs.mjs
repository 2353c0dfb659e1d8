// node many-runs.mjs RUNS: runs commands in one process, one after another, in each way that a library's user may, and prints one
// line of JSON about this process after a fifth of them, and after all.
import { readdirSync, readFileSync } from 'node:fs';
import { ChaosConfig, run } from 'renacer';
import { childrenOf, groupsOf } from './of-process.mjs';

const runs = Number(process.argv[2]);
const limits = ChaosConfig.new().withMemoryLimit('200M').withCpuLimit(0.9);
const WAYS = [
  {},
  { chaos: limits.build() },
  { chaos: limits.withRule({ syscall: 'connect', error: 'ECONNREFUSED' }).build() },
  { trace: true, engine: 'ptrace', onEvent() {} },
];
const left = new Set();

function look() {
  const status = readFileSync('/proc/self/status', 'latin1');
  console.log(
    JSON.stringify({
      fds: readdirSync('/proc/self/fd').length,
      threads: readdirSync('/proc/self/task').length,
      children: childrenOf(process.pid).length,
      residentMb: Number(/^VmRSS:\s*(\d+)/m.exec(status)[1]) / 1024,
      left: [...left],
    }),
  );
}

for (let count = 0; count < runs; count++) {
  const { outcome } = await run('true', [], WAYS[count % WAYS.length]);
  if (outcome !== 'survived') left.add(outcome);
  for (const group of groupsOf(process.pid)) left.add(group);
  if (count + 1 === runs / 5 || count + 1 === runs) look();
}
