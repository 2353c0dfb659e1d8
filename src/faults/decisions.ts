/**
 * Seeded decisions: every random choice of a run is a pure function of (seed, rule, task lineage, ordinal). Nothing
 * else goes in, so that scheduling, time, tracing and other rules can't change it.
 *
 * The generator is counter-based (as in Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): a key for the
 * fixed part, and a mix of the key with the ordinal for each draw. The mixing steps are those of MurmurHash3.
 */
export interface DecisionKey {
  readonly low: number;
  readonly high: number;
}

/** Seeds are whole numbers from 0 to 2^53 - 1. */
export const MAX_SEED: number = Number.MAX_SAFE_INTEGER;

/** The key of one stream of decisions: one rule for one task. Make it once; draws from it are cheap. */
export function decisionKey(seed: number, rule: string, lineage: string): DecisionKey {
  const upper = Math.floor(seed / 2 ** 32) >>> 0;
  let low = mix((seed >>> 0) ^ 0x9e3779b9);
  // The first bits of a draw come from here: seeds that differ above their 32nd bit must differ in them.
  if (upper !== 0) low = absorb(low, upper);
  let high = mix(upper ^ 0x85ebca6b);
  for (const text of [rule, lineage]) {
    for (let i = 0; i < text.length; i++) {
      low = absorb(low, text.charCodeAt(i));
      high = absorb(high ^ low, text.charCodeAt(i));
    }
    // The length parts the texts: ("ab", "c") is another key than ("a", "bc").
    low = absorb(low, text.length + 0x100);
    high = absorb(high, text.length + 0x200);
  }
  return { low: mix(low), high: mix(high) };
}

/** A number in [0, 1) with 53 random bits: the `draw`-th choice at this ordinal. */
export function drawUnit(key: DecisionKey, ordinal: number, draw = 0): number {
  const low = ordinal >>> 0;
  const high = Math.floor(ordinal / 2 ** 32) >>> 0;
  const a = mix(absorb(absorb(key.low, low), high ^ Math.imul(draw + 1, 0x9e3779b1)));
  const b = mix(absorb(absorb(key.high ^ a, low), high ^ Math.imul(draw + 1, 0x85ebca77)));
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
}

/** A whole number in [0, count). */
export function drawIndex(key: DecisionKey, ordinal: number, count: number, draw = 0): number {
  return Math.floor(drawUnit(key, ordinal, draw) * count);
}

function absorb(state: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  state ^= Math.imul(k, 0x1b873593);
  state = (state << 13) | (state >>> 19);
  return (Math.imul(state, 5) + 0xe6546b64) >>> 0;
}

function mix(state: number): number {
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
