import { checkConfig } from '../../chaos/config-file.ts';
import { toFileForm } from '../../chaos/file-form.ts';
import { BACKEND_NAMES } from '../../chaos/network/plan.ts';
import { OPTION_NAMES, optionOf } from '../../chaos/options.ts';
import { type ChaosSettings, NETWORK_BACKENDS } from '../../chaos/settings.ts';
import type { RecordedNetwork, Recording } from '../../faults/replay-file.ts';
import { RenacerError } from '../../model/errors.ts';

/** What a recording says of a network: its backend by the name that the report has, and the options that shape it. */
export function recordedNetwork(backend: string, settings: ChaosSettings): RecordedNetwork {
  return { backend, options: toFileForm(shapingOptions(settings)) };
}

/**
 * The settings of a replay, with the network of the recording and its backend.
 *
 * Throws REPLAY_BACKEND if another backend is asked for, or the recorded one is unknown; CONFIG_INVALID.
 */
export function withRecordedNetwork(settings: ChaosSettings, { name, network }: Recording): ChaosSettings {
  if (!network) return settings;
  const { networkBackend = 'auto' } = settings;
  const backend = NETWORK_BACKENDS.find((choice) => network.backend === BACKEND_NAMES[choice]);
  if (backend === undefined || (networkBackend !== 'auto' && networkBackend !== backend)) {
    const other = backend === undefined ? 'which this version does not have' : `not for ${networkBackend}`;
    throw new RenacerError('REPLAY_BACKEND', `${name} is of the network backend "${network.backend}", ${other}`, {
      hint: 'Each backend counts packets in its own way. Leave out --network-backend, or record again.',
    });
  }
  const recorded = checkConfig(network.options, `${name}:1: network`);
  return { ...settings, ...shapingOptions(recorded), networkBackend: backend };
}

/** The options by which a network is a bad one, for all targets or for some. */
function shapingOptions(settings: ChaosSettings): ChaosSettings {
  const names = OPTION_NAMES.filter(
    (name) => optionOf(name).perTarget || name === 'networkRules' || name === 'networkHostPorts',
  );
  return Object.fromEntries(Object.entries(settings).filter(([name]) => (names as string[]).includes(name)));
}
