import { expect, it } from 'vitest';
import { makeProgram, nothingGiven } from '../../../src/cli/program.ts';

const all = makeProgram(nothingGiven()).options;
const namesFor = (...argv: string[]): string[] => makeProgram(nothingGiven(), argv).options.map(({ flags }) => flags);

it.each(all.map(({ flags, long, short }) => [flags, long, short] as const))(
  '%s is there if it is named',
  (flags, long, short) => {
    if (long) {
      for (const words of [[long], [`${long}=x`], [long.slice(0, -1)], ['-o', 'x', long, '--', 'true']]) {
        expect(namesFor(...words)).toContain(flags);
      }
    }
    if (short) for (const word of [short, `-f${short[1]}`]) expect(namesFor(word)).toContain(flags);
  },
);

it('all that one beginning could mean are there', () => {
  const meant = (flags: readonly string[]) => flags.filter((text) => text.startsWith('--chaos-m')).sort();
  expect(meant(namesFor('--chaos-m'))).toEqual(meant(all.map(({ flags }) => flags)));
});

it('few are there for few words', () => {
  expect(namesFor('--chaos', 'gentle', '--', 'true').length).toBeLessThan(all.length / 4);
  expect(namesFor('--', 'grep', '-c', '--color')).toEqual(namesFor());
});
