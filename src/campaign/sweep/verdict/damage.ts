import { copyOf, journalOf } from './companions.ts';
import { type PathState, sameContent } from './tree-state.ts';

/** A file that a run should have kept, and did not. */
export interface Damage {
  readonly state: PathState;
  /** `gone`; `changed`: neither old nor new; `lost`: removed as by a good run, but what that makes of it is not there. */
  readonly what: 'gone' | 'changed' | 'lost';
  /** A file beside it that may be a copy of it. */
  readonly copy: string | undefined;
}

/**
 * What a run that failed has done to files that were there. The content of each must be as it was, or as after a good run. One that only
 * grew has kept what it had. Where nobody has said what must survive, one with a journal beside it may be made whole again, and one that was
 * given another name is not gone.
 *
 * @param isProtected whether a file is one that must survive; undefined if nobody has said: then all are
 */
export function damageOf(
  states: readonly PathState[],
  isProtected: ((path: string) => boolean) | undefined,
): readonly Damage[] {
  const kept = states.filter(({ path, before }) => before && (!isProtected || isProtected(path)));
  const damaged = kept
    .flatMap(damageTo)
    .filter(
      ({ state, what }) =>
        isProtected || !(journalOf(state.path, states) || (what === 'gone' && isMoved(state, states))),
    );
  const damage = damaged.length > 0 || isProtected ? damaged : lostIn(states);
  return damage.map((one) => ({ ...one, copy: copyOf(one.state.path, states) }));
}

type Harm = Omit<Damage, 'copy'>;

function damageTo(state: PathState): Harm[] {
  const { before, now, good, grown } = state;
  if (!now) return good ? [{ state, what: 'gone' }] : [];
  const hasContent = grown || sameContent(now, before) || (good !== undefined && sameContent(now, good));
  return hasContent ? [] : [{ state, what: 'changed' }];
}

/** What is in it has another name now, as logs have that a rotation has begun with. */
function isMoved({ before }: PathState, states: readonly PathState[]): boolean {
  if (before?.type !== 'file' || before.size === 0) return false;
  return states.some((other) => !sameContent(other.before, other.now) && sameContent(other.now, before));
}

/** `gzip f` that has removed f, and has no whole f.gz: each path for itself is as before or as after a good run, and the data is lost. */
function lostIn(states: readonly PathState[]): Harm[] {
  const made = states.filter(({ before, good }) => good?.type === 'file' && !sameContent(before, good));
  if (made.some(({ now, good }) => sameContent(now, good))) return [];
  return states
    .filter(({ before, now, good }) => before?.type === 'file' && before.size > 0 && !now && !good)
    .filter(({ path: lost }) => made.some(({ path }) => path.startsWith(lost)))
    .map((state) => ({ state, what: 'lost' }));
}

export function damageText(damage: readonly Damage[]): string {
  const { state, what } = damage[0]!;
  const others = damage.length > 1 ? `; ${(damage.length - 1).toLocaleString('en-US')} more` : '';
  switch (what) {
    case 'gone':
      return `${state.path} is gone${others}`;
    case 'lost':
      return `${state.path} is gone, and what a good run makes of it is not there${others}`;
    default:
      return `${state.path} is neither as before nor as after a good run${others}`;
  }
}
