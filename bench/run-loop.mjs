// node run-loop.mjs RUNS LIMIT(yes|no) RULE(yes|no): the library runs `true` so often in one process; prints the time that each run took, in
// milliseconds, a line each. For bench/warm.mjs.
import { ChaosConfig, run } from '../dist/index.js';

const [runs, limit, rule] = process.argv.slice(2);
let chaos = ChaosConfig.new();
if (limit === 'yes') chaos = chaos.withMemoryLimit('200M');
if (rule === 'yes') chaos = chaos.withRule({ syscall: 'connect', error: 'ECONNREFUSED' });
const options = limit === 'yes' || rule === 'yes' ? { chaos: chaos.build() } : {};
for (let count = 0; count < Number(runs); count++) {
  const begun = performance.now();
  await run('true', [], options);
  console.log(performance.now() - begun);
}
