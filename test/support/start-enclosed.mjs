/** Starts enclosed.mjs with a job (argv[2]) as a worker of a sweep is started, and prints what it prints. */
import { fileURLToPath } from 'node:url';
import { startWorker } from '../../dist/enclosure/start-worker.js';

try {
  const script = fileURLToPath(new URL('enclosed.mjs', import.meta.url));
  const worker = startWorker(script, { isolated: JSON.parse(process.argv[2]).isolation !== 'none' });
  worker.stdout.pipe(process.stdout);
  worker.stderr.pipe(process.stderr);
  worker.stdin.end(process.argv[2]);
  const { status } = await worker.ended;
  process.exitCode = status ?? 1;
} catch (error) {
  if (error.name !== 'RenacerError') throw error;
  const { code, message, hint } = error;
  console.log(JSON.stringify({ error: { code, message, hint } }));
}
