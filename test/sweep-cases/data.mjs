// What the commands of cases.json read: some text and bytes that are the same on each machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const WORDS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa', 'lambda', 'mu'];

/** Writes `text.txt` (700 lines of two words and a number), `small.txt` (20), `words` (5) and `f.bin` (40,000 bytes that do not compress). */
export function makeData(directory) {
  const below = numbers(1);
  const lines = (count) =>
    Array.from({ length: count }, () => `${WORDS[below(12)]} ${WORDS[below(12)]} ${below(1_000_000)}\n`).join('');
  mkdirSync(directory, { recursive: true });
  const write = (name, content) => writeFileSync(path.join(directory, name), content);
  write('text.txt', lines(700));
  write('small.txt', lines(20));
  write('words', lines(5));
  write(
    'f.bin',
    Uint8Array.from({ length: 40_000 }, () => below(256)),
  );
}

/** Numbers below a limit that look random: the generator of Marsaglia's xorshift paper (2003), 32 bits. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
