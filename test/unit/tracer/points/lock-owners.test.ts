import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../../src/tracer/policy.ts';
import type { Task } from '../../../../src/tracer/task.ts';
import { guest, hasCompiler } from '../../../support/guests.ts';
import { pointsOf } from './points-of.ts';

const MAIN = '0';
const OTHER = '0.1';

/** What each task of a deadlock waits for, and who has it. */
function waits(what: string): Record<string, readonly [waitsFor: string, heldBy: string | undefined]> {
  // The other thread goes on until it sleeps.
  const pick = ({ ready, usual }: Choice): Task => ready.find(({ lineage }) => lineage === OTHER) ?? usual;
  const { deadlock } = pointsOf([guest('deadlocks'), what], undefined, pick);
  return Object.fromEntries((deadlock ?? []).map(({ task, waitsFor, heldBy }) => [task, [waitsFor, heldBy]]));
}

describe.skipIf(!hasCompiler)('who waits for which lock, and who has it', () => {
  it.each([
    ['mutex', 'mutex queue+8', OTHER],
    ['heap', expect.stringMatching(/^mutex 0x[0-9a-f]+$/), OTHER],
    ['read', 'read-write lock table', OTHER],
    ['condition', 'condition variable condition', undefined],
    ['barrier', 'barrier barrier', undefined],
    ['join', 'the end of task 0.1', OTHER],
  ])('is said of a deadlock: %s', (what, waitsFor, heldBy) => {
    expect(waits(what)).toEqual({ [MAIN]: [waitsFor, heldBy], [OTHER]: ['semaphore slots', undefined] });
  });
});
