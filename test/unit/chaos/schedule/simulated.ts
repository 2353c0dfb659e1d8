import type { Strategy } from '../../../../src/chaos/schedule/strategy.ts';

/** One step of a task, between two points. */
export interface Step<S> {
  /** What the point before it is called. */
  readonly why: string;
  readonly object?: string;
  /** Whether it could go on, here: a lock is free. Always by default. */
  readonly may?: (state: S) => boolean;
  /** Where to go on: the number of another step; the next one if undefined. */
  readonly run: (state: S) => number | undefined;
}

/** A program of several tasks, that are all there from the beginning. */
export interface Simulated<S> {
  readonly state: () => S;
  /** By lineage. */
  readonly tasks: Readonly<Record<string, readonly Step<S>[]>>;
  readonly isRight: (state: S) => boolean;
}

export interface SimulatedRun {
  readonly outcome: 'right' | 'wrong' | 'deadlock';
  /** Each step, in the order in which they were made. */
  readonly order: readonly string[];
  readonly switches: readonly { task: string; point: number; to: string }[];
  /** How many points each task had. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A task that repeats itself for so long gives way. */
const PATIENCE = 50;
const MOST_STEPS = 10_000;

/** Runs a program one task at a time, as the tracer does with a real one. */
export function simulate<S>({ state: makeState, tasks, isRight }: Simulated<S>, strategy: Strategy): SimulatedRun {
  const state = makeState();
  const all = Object.keys(tasks)
    .sort()
    .map((lineage) => ({ lineage, at: 0, points: 0, streak: 0 }));
  const order: string[] = [];
  const switches: { task: string; point: number; to: string }[] = [];
  const stepOf = ({ lineage, at }: (typeof all)[number]): Step<S> | undefined => tasks[lineage]![at];
  let current = all[0]!;
  const counts = (): Record<string, number> =>
    Object.fromEntries(all.map(({ lineage, points }) => [lineage, points] as const));
  while (order.length < MOST_STEPS) {
    const ready = all.filter((task) => stepOf(task)?.may?.(state) ?? stepOf(task) !== undefined);
    if (ready.length === 0) {
      const isOver = all.every((task) => stepOf(task) === undefined);
      const outcome = !isOver ? 'deadlock' : isRight(state) ? 'right' : 'wrong';
      return { outcome, order, switches, counts: counts() };
    }
    const stays = ready.includes(current);
    const { lineage: task } = current;
    const usual = stays ? current : ready[0]!;
    let next = usual;
    const point = ++current.points;
    if (stays && ready.length > 1 && current.streak >= PATIENCE) {
      strategy.gaveWay?.(current.lineage);
      next = ready.find(({ lineage }) => lineage > current.lineage) ?? ready[0]!;
      current.points--;
    } else if (ready.length > 1) {
      const step = stepOf(current);
      const choice = { ready, current: stays ? current : undefined, usual, task, point };
      next = strategy.pick({
        ...choice,
        why: step?.why ?? 'end',
        pointOf: (of) => ({ point: of.points, object: stepOf(of)?.object ?? '' }),
      });
      if (!ready.includes(next)) throw new Error(`${next.lineage} can't go on`);
      if (next !== usual) switches.push({ task, point, to: next.lineage });
    }
    next.streak = next === current ? next.streak + 1 : 0;
    current = next;
    const step = stepOf(current)!;
    order.push(`${current.lineage}:${step.why}`);
    current.at = step.run(state) ?? current.at + 1;
  }
  throw new Error('it does not end');
}
