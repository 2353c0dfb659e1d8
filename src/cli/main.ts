import { inheritedFds } from '../linux/inherited-fds.ts';
import { dismissEngine, startEngineAhead } from '../run/engine-worker.ts';

const [first] = process.argv.slice(2);
const startsCommand = process.platform === 'linux' && first !== undefined && first !== 'doctor';

const inherited = startsCommand ? inheritedFds() : [];
// The thread and the modules take equally long to load: they do so side by side.
if (startsCommand) startEngineAhead();

const { main } = await import('./commands.ts');
process.exitCode = await main(process.argv.slice(2), inherited);
await dismissEngine();
