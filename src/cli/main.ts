import { dismissEngine, startEngineAhead } from '../run/engine-worker.ts';

const [first] = process.argv.slice(2);

// The thread and the modules take equally long to load: they do so side by side.
if (process.platform === 'linux' && first !== undefined && first !== 'doctor') startEngineAhead();

const { main } = await import('./commands.ts');
process.exitCode = await main(process.argv.slice(2));
await dismissEngine();
