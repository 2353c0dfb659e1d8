import { parseFlags } from '../chaos/flags.ts';
import { NETWORK_THREAD } from '../chaos/network/network-worker.ts';
import { PRESET_NAMES, PRESETS } from '../chaos/presets.ts';
import { asksForNetwork, partsOf } from '../chaos/tiers.ts';
import { ENGINE_THREAD } from '../run/engine/engine-worker.ts';
import { asksForTrace, type CommandLine } from './command-line.ts';

/** Parts that only a tracer can do. */
const INJECTING = ['signals', 'io_latency', 'byzantine', 'rules', 'bugs'] as const;

/** What the network's thread is asked to do by each backend; `auto` means packets first. */
const NETWORK_WORK = { auto: 'packets', packets: 'packets', namespace: 'namespace', syscalls: 'emulation' } as const;

/**
 * Lets threads load what the command line says that they will need, while this one goes on loading its own. What it does not
 * say by itself (a configuration file, or the lack of a privilege, may) is loaded when it is needed.
 */
export function startAhead(line: CommandLine): void {
  const { mode, chaosFlags, expressions } = line;
  const preset = PRESET_NAMES.find((name) => name === mode) ?? 'none';
  const settings = { ...PRESETS[preset], ...parseFlags(chaosFlags), rules: expressions.rules };
  const networkWork = NETWORK_WORK[settings.networkBackend ?? 'auto'];
  const impairs = asksForNetwork(settings);
  if (impairs) {
    NETWORK_THREAD.start();
    NETWORK_THREAD.hint(networkWork);
  }
  const parts = partsOf(settings);
  if (impairs && networkWork === 'emulation') ENGINE_THREAD.hint('emulates');
  else if (INJECTING.some((part) => parts.includes(part))) ENGINE_THREAD.hint('traces');
  const isChaotic = parts.length > 0 || (mode !== undefined && mode !== preset);
  if (asksForTrace(line, isChaotic)) ENGINE_THREAD.hint(line.trace.summary === 'only' ? 'traces' : 'shows');
}
