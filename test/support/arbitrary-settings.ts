import fc from 'fast-check';
import { withValueAt } from '../../src/chaos/dotted-keys.ts';
import type { OptionName } from '../../src/chaos/option.ts';
import { OPTION_NAMES, optionOf } from '../../src/chaos/options.ts';
import { MAX_DURATION_MS, MAX_SIZE } from '../../src/chaos/quantities.ts';
import type { ChaosSettings, LossBursts } from '../../src/chaos/settings.ts';
import { MAX_SEED } from '../../src/faults/decisions.ts';
import { arbitraryRule } from '../unit/faults/arbitrary-rule.ts';
import {
  arbitraryPhase,
  arbitraryProbe,
  arbitraryShellCommand,
  arbitraryTrigger,
  withSoundScenario,
} from './arbitrary-scenario.ts';

const rate = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const words = fc.shuffledSubarray(['read', '%network', 'openat', '?close'], { minLength: 1, maxLength: 3 });

const bursts: fc.Arbitrary<LossBursts> = fc.record(
  { enter: rate, leave: rate, inside: rate, outside: rate },
  { requiredKeys: ['enter', 'leave'] },
);

/** The schema wants at least one poke. */
const rule = arbitraryRule.filter(({ fault }) => fault.poke_enter?.length !== 0 && fault.poke_exit?.length !== 0);

/** Any value of one option. */
function arbitraryValue(name: OptionName): fc.Arbitrary<unknown> {
  const { kind } = optionOf(name);
  const duration = fc.integer({ min: 0, max: MAX_DURATION_MS * 1000 }).map((us) => us / 1000);
  switch (kind.type) {
    case 'size':
      return fc.integer({ min: 1, max: MAX_SIZE });
    case 'rate':
      return rate;
    case 'duration':
      return duration;
    case 'seed':
      return fc.integer({ min: 0, max: MAX_SEED });
    case 'count':
      return fc.integer({ min: 1, max: 10 });
    case 'boolean':
      return fc.boolean();
    case 'choice':
      return fc.constantFrom(...kind.words!);
    case 'list':
      return kind.words ? fc.shuffledSubarray([...kind.words], { minLength: 1 }) : sampleWords(name);
    case 'start':
      return fc.oneof(fc.constantFrom('exec', 'entry'), duration);
    case 'moment':
      return fc.oneof(
        fc.integer({ min: 1, max: MAX_SIZE }).map((bytes) => ({ bytes })),
        duration.map((ms) => ({ ms })),
      );
    case 'text':
      return arbitraryShellCommand;
    case 'data':
      if (name === 'packetLossBursts') return bursts;
      if (name === 'phases') return fc.array(arbitraryPhase(some(ofPhases)), { minLength: 1, maxLength: 3 });
      if (name === 'steadyState.probes') return fc.array(arbitraryProbe, { minLength: 1, maxLength: 3 });
      if (name === 'abortOn') return fc.array(arbitraryTrigger, { minLength: 1, maxLength: 3 });
      return fc.array<unknown>(name === 'rules' ? rule : some(perTarget), { minLength: 1, maxLength: 3 });
  }
}

function sampleWords(name: OptionName): fc.Arbitrary<readonly string[]> {
  if (name === 'byzantine.syscalls') return words;
  const samples: Partial<Record<OptionName, string[]>> = {
    bugs: ['short-getrandom', 'lost-write:prob=0.5'],
    networkHostPorts: ['80', '5432', '65535'],
    networkTo: ['10.0.0.0/8', 'db.local:5432', ':6379'],
    'byzantine.errors': ['EIO', 'ENOSPC'],
    signals: ['SIGTERM', 'SIGUSR2', 'SIGRT_9'],
  };
  return fc.subarray(samples[name]!, { minLength: 1 });
}

const ofPhases = OPTION_NAMES.filter((name) => !optionOf(name).wholeRun);
const perTarget = OPTION_NAMES.filter((name) => optionOf(name).perTarget);

function some(names: readonly OptionName[]): fc.Arbitrary<ChaosSettings> {
  return fc
    .subarray([...names], { minLength: 0 })
    .chain((chosen) => fc.tuple(...chosen.map((name) => arbitraryValue(name).map((value) => [name, value] as const))))
    .map((pairs) => pairs.reduce<ChaosSettings>((all, [name, value]) => withValueAt(all, name, value), {}));
}

/** Any settings that are allowed. */
export const arbitrarySettings: fc.Arbitrary<ChaosSettings> = some(OPTION_NAMES).map(withSoundScenario);
