import fc from 'fast-check';
import type { OptionName } from '../chaos/option.ts';
import type { Phase, PhaseSettings } from '../chaos/settings.ts';
import type { PhaseAction } from '../model/scenario.ts';
import { someSettings } from './any-settings.ts';

const MOST_PHASES = 3;
const LATEST_MS = 2000;
const LONGEST_MS = 1000;

/** SIGHUP is what most programs are told to go on by. */
const anyAction: fc.Arbitrary<PhaseAction> = fc.oneof(
  fc.constantFrom('SIGHUP', 'SIGUSR1', 'SIGTERM').map((signal) => ({ kind: 'signal' as const, signal, to: 'tree' })),
  fc.constant({ kind: 'pause' as const }),
);

/** Phases by the clock, one beside the other: each sets some of these options for a while, sends a signal, or pauses the command. They shrink to fewer, to earlier and to shorter. */
export function anyPhases(names: readonly OptionName[]): fc.Arbitrary<readonly Phase[]> {
  const does = fc.oneof(
    { weight: 3, arbitrary: someSettings(names).map((settings) => ({ settings: settings as PhaseSettings })) },
    { weight: 1, arbitrary: anyAction.map((action) => ({ action })) },
  );
  const one = fc.record({ does, atMs: fc.nat(LATEST_MS), forMs: fc.integer({ min: 1, max: LONGEST_MS }) });
  return fc.array(one, { maxLength: MOST_PHASES }).map((phases) =>
    phases.map(({ does: { settings = {}, action }, atMs, forMs }: PhaseDraft, index) => ({
      name: `phase ${index + 1}`,
      settings,
      action,
      begin: atMs === 0 ? { kind: 'start' } : { kind: 'at', ms: atMs },
      forMs: action?.kind === 'signal' ? undefined : forMs,
      until: undefined,
      everyMs: undefined,
      times: undefined,
    })),
  );
}

interface PhaseDraft {
  readonly does: { readonly settings?: PhaseSettings; readonly action?: PhaseAction };
  readonly atMs: number;
  readonly forMs: number;
}
