import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leastAdversity } from '../../../../src/campaign/fuzz/less-adversity.ts';
import type { Adversity } from '../../../../src/model/fuzz.ts';
import type { CaseFault } from '../../../../src/model/sweep.ts';

function fault(ordinal: number): CaseFault {
  return { task: '0', syscall: 'write', ordinal, way: 'once', fault: 'error=EIO', site: 's', occurrence: 1 };
}

/** Some adversity, and what of it matters. */
const anyAdversity = fc
  .tuple(fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 20 }), fc.boolean(), fc.nat(5))
  .chain(([ordinals, isLimited, switches]) => {
    const all: Adversity = {
      faults: ordinals.map(fault),
      limits: isLimited ? [{ of: 'files', most: 8 }] : [],
      switches: Array.from({ length: switches }, (_, index) => ({
        task: '0',
        point: index + 1,
        why: 'read',
        to: '0.1',
      })),
    };
    return fc.record({
      all: fc.constant(all),
      needed: fc.record({
        faults: fc.subarray([...all.faults]),
        limits: fc.subarray([...all.limits]),
        switches: fc.subarray([...all.switches]),
      }),
    });
  });

function has(part: Adversity, { faults, limits, switches }: Adversity): boolean {
  const isIn = (some: readonly unknown[], all: readonly unknown[]): boolean => some.every((one) => all.includes(one));
  return isIn(faults, part.faults) && isIn(limits, part.limits) && isIn(switches, part.switches);
}

it('what is left is all that matters, and nothing else but for one thing where nothing does', async () => {
  await fc.assert(
    fc.asyncProperty(anyAdversity, async ({ all, needed }) => {
      const least = await leastAdversity(all, async (part) => (has(part, needed) ? part : undefined), 10_000);
      const size = [needed.faults, needed.limits, needed.switches].flat().length;
      expect(has(least, needed)).toBe(true);
      expect([least.faults, least.limits, least.switches].flat()).toHaveLength(Math.max(size, 1));
    }),
  );
});

it('what is left is what was met: faults that do not come any more are none', async () => {
  const all = { faults: [fault(1), fault(2), fault(3), fault(4)], limits: [], switches: [] };
  const meets = async (part: Adversity): Promise<Adversity | undefined> =>
    part.faults.includes(all.faults[0]!) ? { ...part, faults: part.faults.slice(0, 1) } : undefined;
  expect((await leastAdversity(all, meets, 100)).faults).toEqual([fault(1)]);
});

it('it ends when so many parts were tried', async () => {
  let tries = 0;
  const all = { faults: Array.from({ length: 16 }, (_, index) => fault(index)), limits: [], switches: [] };
  const least = await leastAdversity(
    all,
    async () => {
      tries++;
      return undefined;
    },
    5,
  );
  expect([tries, least]).toEqual([5, all]);
});
