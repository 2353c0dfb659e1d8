import { keepCode } from '../bundle/keep-code.ts';
import { type Caller, caller } from './caller.ts';

const argv = process.argv.slice(2);
const [first] = argv;
const TELLS = ['doctor', 'check', 'ctl', 'help', '-h', '--help', '--help-all', '-V', '--version'];
const CAMPAIGNS = ['sweep', 'explore', 'fuzz'];
/** Elsewhere an error says so, once one can be told. */
const isPossible = process.platform === 'linux' && process.arch === 'x64';
const startsCommand = isPossible && first !== undefined && !TELLS.includes(first);
/**
 * The commands of campaigns are started by other processes; and whether a run under chaos needs the engine's thread is seen when the
 * command line has been read.
 */
const isTraced = startsCommand && !CAMPAIGNS.includes(first) && !argv.some((word) => word.startsWith('--chaos'));

const given: Caller | undefined = startsCommand ? caller() : undefined;

/** A function, since what is bundled is no module that could wait. */
async function start(): Promise<void> {
  // The thread and the modules take equally long to load: they do so side by side.
  const thread = isTraced ? (await import('../run/engine/engine-worker.ts')).ENGINE_THREAD : undefined;
  thread?.start();
  const { main } = await import('./commands.ts');
  process.exitCode = await main(argv, given);
  if (startsCommand) keepCode();
  await thread?.dismiss();
}

void start();
