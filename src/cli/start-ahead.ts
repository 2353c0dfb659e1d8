import { parseFlags } from '../chaos/flags.ts';
import { NETWORK_THREAD } from '../chaos/network/network-worker.ts';
import { PRESET_NAMES, PRESETS } from '../chaos/presets.ts';
import { asksForNetwork, partsOf } from '../chaos/tiers.ts';
import { ENGINE_THREAD } from '../run/engine-worker.ts';
import type { CommandLine } from './command-line.ts';

/** Parts that only a tracer can do. */
const INJECTING = ['signals', 'io_latency', 'byzantine', 'rules', 'bugs'] as const;

/**
 * Lets threads load what the command line says that they will need, while this one goes on loading its own. What it does not
 * say by itself (a configuration file, or the lack of a privilege, may) is loaded when it is needed.
 */
export function startAhead({ mode, chaosFlags, expressions }: CommandLine): void {
  const preset = PRESET_NAMES.find((name) => name === mode) ?? 'none';
  const settings = { ...PRESETS[preset], ...parseFlags(chaosFlags), rules: expressions.rules };
  const backend = settings.networkBackend === 'syscalls' ? 'imitation' : 'packets';
  const network = asksForNetwork(settings);
  if (network) {
    NETWORK_THREAD.start();
    NETWORK_THREAD.hint(backend);
  }
  if ((network && backend === 'imitation') || INJECTING.some((part) => partsOf(settings).includes(part)))
    ENGINE_THREAD.hint('traced');
}
