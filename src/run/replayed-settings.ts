import { withoutPhasedFaults } from '../chaos/scenario/phased-settings.ts';
import type { ChaosSettings } from '../chaos/settings.ts';
import { isOfNetwork, type PartName, partsOf } from '../chaos/tiers.ts';
import type { Recording } from '../faults/replay-file.ts';
import { RenacerError } from '../model/errors.ts';
import { withRecordedLimits } from './recording/recorded-judgement.ts';
import { withRecordedNetwork } from './recording/recorded-network.ts';

/** Parts whose faults would come beside the recorded ones. */
const FAULT_PARTS: readonly PartName[] = ['signals', 'byzantine', 'rules', 'bugs', 'schedule'];

/** The settings of a replay. Throws REPLAY_WITH_SEED, REPLAY_WITH_FAULTS, REPLAY_BACKEND, CONFIG_INVALID. */
export function replayedSettings(asked: ChaosSettings, replay: Recording): ChaosSettings {
  const { network } = replay;
  if (asked.seed !== undefined && asked.seed !== replay.seed) {
    throw new RenacerError(
      'REPLAY_WITH_SEED',
      `a replay has the seed of its recording, ${replay.seed}, not ${asked.seed}`,
      {
        hint: 'leave the seed out',
      },
    );
  }
  const parts = partsOf(asked).filter((part) => FAULT_PARTS.includes(part) || (network && isOfNetwork(part)));
  // They begin and end as recorded; `abort_on` alone may be set anew.
  const others = [...parts, ...((asked.phases ?? []).length > 0 ? ['phases'] : [])];
  if (others.length === 0) return withoutPhasedFaults(withRecordedLimits(withRecordedNetwork(asked, replay), replay));
  throw new RenacerError('REPLAY_WITH_FAULTS', `a replay injects the recorded faults alone, not ${others.join(', ')}`, {
    hint: `leave these out; limits${network ? ' and a timeout' : ', a timeout and the network'} may be set`,
  });
}
