import { keepCode } from '../bundle/keep-code.ts';
import { NETWORK_THREAD } from '../chaos/network/network-worker.ts';
import { ENGINE_THREAD } from '../run/engine/engine-worker.ts';
import { type Caller, caller } from './caller.ts';

const [first] = process.argv.slice(2);
const TELLS = ['doctor', 'help', '-h', '--help', '--help-all', '-V', '--version'];
const startsCommand = process.platform === 'linux' && first !== undefined && !TELLS.includes(first);
/** The commands of a sweep are started by other processes. */
const traces = startsCommand && first !== 'sweep';

const given: Caller | undefined = startsCommand ? caller() : undefined;
// The thread and the modules take equally long to load: they do so side by side.
if (traces) ENGINE_THREAD.start();

/** A function, since what is bundled is no module that could wait. */
async function start(): Promise<void> {
  const { main } = await import('./commands.ts');
  process.exitCode = await main(process.argv.slice(2), given);
  if (startsCommand) keepCode();
  await Promise.all([ENGINE_THREAD, NETWORK_THREAD].map((thread) => thread.dismiss()));
}

void start();
