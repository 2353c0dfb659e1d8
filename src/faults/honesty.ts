import type { StoppedCall } from '../tracer/policy.ts';
import { isInterruptible } from './eintr.ts';
import { piecesOf, totalLength, transferOf } from './kinds/buffers.ts';
import { effectsOf } from './kinds/index.ts';
import type { Moment } from './kinds/moment.ts';
import { errorsFor } from './realism.ts';

/** getrandom(2): requests of up to so many bytes are met whole. */
const GETRANDOM_WHOLE = 256;

/** What must be known of a call to say what is true of it. */
type Occasion = Pick<Moment, 'call' | 'facts' | 'handlers'>;

/** The execve that makes the command of us: that it fails would be the failure of the run. */
export function isLaunch(name: string, { task, ordinal }: Pick<StoppedCall, 'task' | 'ordinal'>): boolean {
  return name === 'execve' && task.lineage === '0' && ordinal === 1;
}

/**
 * Whether the program would be told the truth.
 *
 * EAGAIN says that there is nothing now, and that there will be a new event: to a program that polls by levels that is
 * the same as data that came a moment later, but one that waits for an edge would wait for ever.
 */
export function isHonest(errno: string, { call, facts, handlers }: Occasion): boolean {
  if (errno === 'EINTR') return isInterruptible(facts.name, facts.fdKind, handlers.of(call.task));
  if (errno === 'EAGAIN') return facts.descriptor?.isEdgeTriggered !== true;
  // What close(2) reports is the failure of an earlier write.
  return facts.name !== 'close' || facts.descriptor?.isOpenForWriting === true;
}

/** The errors that a call could really meet now, in alphabetical order; with a realism of `any` all that is known of it. */
export function possibleErrors(moment: Moment): string[] {
  const { facts, realism } = moment;
  return errorsFor(facts.name, facts.situation(), realism).filter(
    (errno) => (realism === 'any' || isHonest(errno, moment)) && effectsOf({ error: errno }, moment) !== undefined,
  );
}

/**
 * Whether a call that asks for so many bytes may move fewer. Messages are moved whole, and epoll(7) lets a program that waits for
 * edges take a short transfer for the end.
 */
export function mayBeShort({ facts }: Pick<Occasion, 'facts'>, asked: number): boolean {
  const { name, descriptor } = facts;
  if (name === 'getrandom') return asked > GETRANDOM_WHOLE;
  if (descriptor?.kind === 'dir') return true;
  if (descriptor?.isStream !== true || descriptor.isEdgeTriggered) return false;
  return transferOf(name)?.direction === 'in' || !descriptor.isCommandFile;
}

/** How many bytes a call asks to move; 0 for calls that move none. */
export function askedBytes({ facts, call }: Pick<Occasion, 'facts' | 'call'>): number {
  return totalLength(piecesOf(facts.name, call));
}
