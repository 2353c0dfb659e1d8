import { parseFlags } from '../chaos/flags.ts';
import { NETWORK_THREAD } from '../chaos/network/network-worker.ts';
import { PRESET_NAMES, PRESETS } from '../chaos/presets.ts';
import { asksForNetwork, partsOf } from '../chaos/tiers.ts';
import { ENGINE_THREAD } from '../run/engine-worker.ts';
import type { CommandLine } from './command-line.ts';
import { asksForTrace } from './trace-output.ts';

/** Parts that only a tracer can do. */
const INJECTING = ['signals', 'io_latency', 'byzantine', 'rules', 'bugs'] as const;

/**
 * Lets threads load what the command line says that they will need, while this one goes on loading its own. What it does not
 * say by itself (a configuration file, or the lack of a privilege, may) is loaded when it is needed.
 */
export function startAhead(line: CommandLine): void {
  const { mode, chaosFlags, expressions } = line;
  const preset = PRESET_NAMES.find((name) => name === mode) ?? 'none';
  const settings = { ...PRESETS[preset], ...parseFlags(chaosFlags), rules: expressions.rules };
  const imitates = settings.networkBackend === 'syscalls';
  const impairs = asksForNetwork(settings);
  if (impairs) {
    NETWORK_THREAD.start();
    NETWORK_THREAD.hint(imitates ? 'imitation' : 'packets');
  }
  const parts = partsOf(settings);
  const isChaotic = parts.length > 0 || (mode !== undefined && mode !== preset);
  if (impairs && imitates) ENGINE_THREAD.hint('imitates');
  else if (INJECTING.some((part) => parts.includes(part))) ENGINE_THREAD.hint('traces');
  if (asksForTrace(line, isChaotic)) ENGINE_THREAD.hint(line.trace.summary === 'only' ? 'traces' : 'shows');
}
