import { parseFlags } from '../chaos/flags.ts';
import { PRESET_NAMES, PRESETS } from '../chaos/presets.ts';
import { asksForNetwork, partsOf } from '../chaos/tiers.ts';
import type { EngineHint } from '../run/engine/engine-thread.ts';
import { asksForTrace, type CommandLine } from './command-line.ts';

/** Parts that only a tracer can do. */
const INJECTING = ['signals', 'io_latency', 'byzantine', 'rules', 'bugs', 'schedule'] as const;

/** What the network's thread is asked to do by each backend; `auto` means packets first. */
const NETWORK_WORK = { auto: 'packets', packets: 'packets', namespace: 'namespace', syscalls: 'emulation' } as const;

/** Which threads a run needs. */
interface Needs {
  /** What its network's is to load. */
  readonly network: (typeof NETWORK_WORK)[keyof typeof NETWORK_WORK] | undefined;
  /** What its engine's is to load; undefined if it needs none. */
  readonly engine: readonly EngineHint[] | undefined;
}

/**
 * Starts the threads that the command line says to be needed, and lets them load what they will need, while this one goes on loading
 * its own. What it does not say by itself (a configuration file, or the lack of a privilege, may) is loaded when it is needed.
 * Returns how those end that nobody has taken.
 */
export async function startAhead(line: CommandLine): Promise<() => Promise<void>> {
  const { network, engine } = needsOf(line);
  const dismissals: (() => Promise<void>)[] = [];
  if (network) {
    const { NETWORK_THREAD } = await import('../chaos/network/network-worker.ts');
    NETWORK_THREAD.start();
    NETWORK_THREAD.hint(network);
    dismissals.push(() => NETWORK_THREAD.dismiss());
  }
  if (engine) {
    const { ENGINE_THREAD } = await import('../run/engine/engine-worker.ts');
    ENGINE_THREAD.start();
    for (const hint of engine) ENGINE_THREAD.hint(hint);
    dismissals.push(() => ENGINE_THREAD.dismiss());
  }
  return async () => void (await Promise.all(dismissals.map((dismiss) => dismiss())));
}

function needsOf(line: CommandLine): Needs {
  const { mode, chaosFlags, expressions } = line;
  const preset = PRESET_NAMES.find((name) => name === mode) ?? 'none';
  const settings = { ...PRESETS[preset], ...parseFlags(chaosFlags), rules: expressions.rules };
  const parts = partsOf(settings);
  const isChaotic = parts.length > 0 || (mode !== undefined && mode !== preset);
  const network = asksForNetwork(settings) ? NETWORK_WORK[settings.networkBackend ?? 'auto'] : undefined;
  const engine: EngineHint[] = [];
  if (network === 'emulation') engine.push('emulates');
  else if (INJECTING.some((part) => parts.includes(part))) engine.push('traces');
  if (asksForTrace(line, isChaotic)) engine.push(line.trace.summary === 'only' ? 'traces' : 'shows');
  // What waits for a network waits in a thread.
  return { network, engine: engine.length > 0 || network ? engine : undefined };
}
