import type { EntryDecision, Policy, StoppedCall } from '../../../../tracer/policy.ts';
import type { Task } from '../../../../tracer/task.ts';

/** A call, and what came of it; undefined if it did not come back. */
export interface Step {
  readonly nr: number;
  result: string | undefined;
}

/** What each task of a run did, by its path of forks. */
export type Trails = ReadonlyMap<string, readonly Step[]>;

/** Writes down the calls of a run, and nothing else of them but their results. */
export class Trail implements Policy {
  readonly armed = 'all';
  readonly steps: Map<string, Step[]> = new Map();
  readonly #underWay = new Map<Task, Step>();

  onEntry({ nr, task }: StoppedCall): EntryDecision {
    const step: Step = { nr, result: undefined };
    const steps = this.steps.get(task.lineage);
    if (steps) steps.push(step);
    else this.steps.set(task.lineage, [step]);
    this.#underWay.set(task, step);
    return { atExit: true };
  }

  onExit({ task, result }: StoppedCall): undefined {
    const step = this.#underWay.get(task);
    if (step) step.result = result.unsigned(0).toString();
  }

  onTaskEnd(task: Task): void {
    this.#underWay.delete(task);
  }
}

/** The steps of a run that begins where the first task of another one has come to. */
export function joined(before: Trails, after: Trails): Trails {
  const first = [...before.keys()][0];
  return new Map([...after].map(([task, steps]) => [task, task === first ? [...before.get(task)!, ...steps] : steps]));
}

/**
 * Whether a run did what two others did, as far as these agree. Results may differ from run to run: times, random names. That runs make other
 * calls from time to time is too much.
 */
export function isSameWay(one: Trails, other: Trails, tried: Trails): boolean {
  if (one.size !== other.size || one.size !== tried.size) return false;
  for (const [task, steps] of one) {
    const [others, ours] = [other.get(task), tried.get(task)];
    if (steps.length !== others?.length || steps.length !== ours?.length) return false;
    const isSame = steps.every(
      ({ nr, result }, at) =>
        others[at]!.nr === nr && ours[at]!.nr === nr && (others[at]!.result !== result || ours[at]!.result === result),
    );
    if (!isSame) return false;
  }
  return true;
}
