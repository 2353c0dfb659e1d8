import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupName, isDead, newRunIdentity, parseGroupName } from '../../../../src/chaos/basic/run-identity.ts';

describe('run identity', () => {
  it('is read back from the name of a group', () => {
    const whole = fc.nat();
    fc.assert(
      fc.property(fc.record({ pid: whole, startTime: whole, namespace: whole, ordinal: whole }), (run) => {
        expect(parseGroupName(groupName(run))).toEqual(run);
      }),
    );
  });

  it.each(['renacer-home', 'renacer-1-2-3', 'renacer-1-2-3-4-5', 'xrenacer-1-2-3-4', 'renacer-1-2-3-a', 'docker'])(
    'is not seen in %s',
    (name) => {
      expect(parseGroupName(name)).toBeUndefined();
    },
  );

  it('differs from run to run', () => {
    expect(newRunIdentity().ordinal).not.toBe(newRunIdentity().ordinal);
  });

  it('is dead only if its process is gone, or another one has its pid', () => {
    const own = newRunIdentity();
    expect(isDead(own)).toBe(false);
    expect(isDead({ ...own, startTime: own.startTime + 1 })).toBe(true);
    expect(isDead({ ...own, pid: 4_194_305 })).toBe(true);
  });

  it('of another pid namespace is not judged', () => {
    expect(isDead({ pid: 4_194_305, startTime: 1, namespace: 1 })).toBe(false);
  });
});
