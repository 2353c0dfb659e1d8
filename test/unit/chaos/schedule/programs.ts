import type { Simulated, Step } from './simulated.ts';

type Counters = Record<string, number>;

const set = (name: string, value: (state: Counters) => number): Step<Counters> => ({
  why: `set ${name}`,
  object: name,
  run: (state) => {
    state[name] = value(state);
    return undefined;
  },
});

const lock = (name: string): Step<Counters> => ({
  why: `lock ${name}`,
  object: name,
  may: (state) => state[name] === 0,
  run: (state) => {
    state[name] = 1;
    return undefined;
  },
});

const unlock = (name: string): Step<Counters> => set(name, () => 0);

function adding(task: string): readonly Step<Counters>[] {
  return [set(task, ({ sum }) => sum!), set('sum', (state) => state[task]! + 1)];
}

/** Each reads a sum, and writes it back with one more. */
export const lostUpdate: Simulated<Counters> = {
  state: () => ({ sum: 0 }),
  tasks: { '0.1': adding('a'), '0.2': adding('b') },
  isRight: ({ sum }) => sum === 2,
};

/** The same, one after the other. */
export const lockedUpdate: Simulated<Counters> = {
  state: () => ({ sum: 0, m: 0 }),
  tasks: {
    '0.1': [lock('m'), ...adding('a'), unlock('m')],
    '0.2': [lock('m'), ...adding('b'), unlock('m')],
  },
  isRight: ({ sum }) => sum === 2,
};

/** Each takes two locks, in another order. */
export const abba: Simulated<Counters> = {
  state: () => ({ a: 0, b: 0 }),
  tasks: {
    '0.1': [lock('a'), lock('b'), unlock('b'), unlock('a')],
    '0.2': [lock('b'), lock('a'), unlock('a'), unlock('b')],
  },
  isRight: () => true,
};

/** The second must run to its end while the first is between two of its many steps. */
export const wholeBetween: Simulated<Counters> = {
  state: () => ({ at: 0, seen: 0 }),
  tasks: {
    '0.1': [...Array(12).keys()].map((step) => set('at', () => step + 1)),
    '0.2': [...Array(12).keys()].map((step) =>
      set('seen', ({ at, seen }) => (at === 6 && seen === step ? step + 1 : seen!)),
    ),
  },
  isRight: ({ seen }) => seen !== 12,
};

/** To the second, and back to the first: what they do between is in no other order. */
export const ordered: Simulated<Counters> = {
  state: () => ({ x: 0, bad: 0 }),
  tasks: {
    '0.1': [set('x', () => 1), set('x', ({ x }) => (x === 2 ? 3 : 1)), set('x', ({ x }) => x!)],
    '0.2': [set('x', ({ x }) => (x === 1 ? 2 : 0)), set('bad', ({ x }) => (x === 3 ? 1 : 0))],
  },
  isRight: ({ bad }) => bad === 0,
};

/** The first waits in a loop for what the second does at its end. */
export const spinning: Simulated<Counters> = {
  state: () => ({ ready: 0 }),
  tasks: {
    '0.1': [{ why: 'look', object: 'ready', run: ({ ready }) => (ready === 0 ? 0 : 1) }],
    '0.2': [...[...Array(30).keys()].map(() => set('other', () => 1)), set('ready', () => 1)],
  },
  isRight: () => true,
};

/** Many orders, none of which is wrong. */
export const threeByThree: Simulated<Counters> = {
  state: () => ({}),
  tasks: Object.fromEntries(
    ['0.1', '0.2', '0.3'].map((lineage) => [lineage, [...Array(3).keys()].map((step) => set(`${step}`, () => 0))]),
  ),
  isRight: () => true,
};
