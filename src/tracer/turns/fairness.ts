import type { TaskTurn } from './task-turn.ts';

/** Patience with who does not give way by itself, and that of who is passed over, is half as long each time, and never shorter. */
const LEAST_PATIENCE = 20;

/**
 * Who has to be let go, whatever the policy says: without that, who spins until another one has done something would spin for ever. It counts
 * points, not time, so that the same choices lead to the same order.
 */
export class Fairness {
  readonly #onGaveWay: (turn: TaskTurn) => void;
  #forced = 0;

  /** `onGaveWay` is told of each task that has to let others go on. */
  constructor(onGaveWay: (turn: TaskTurn) => void) {
    this.#onGaveWay = onGaveWay;
  }

  /** How often somebody had to be let go. */
  get forced(): number {
    return this.#forced;
  }

  /** Of those that could go on, at least two and by lineage, who must; undefined if anybody may. `current`: who ran last, if it is one of them. */
  next(ready: readonly TaskTurn[], current: TaskTurn | undefined): TaskTurn | undefined {
    if (current && (current.interrupted || outstays(current))) {
      this.#forced += 1;
      this.#onGaveWay(current);
      return ready[(ready.indexOf(current) + 1) % ready.length];
    }
    let longest: TaskTurn | undefined;
    for (const turn of ready) {
      turn.passedOver += 1;
      if (turn.passedOver > turn.endurance && turn.passedOver > (longest?.passedOver ?? 0)) longest = turn;
    }
    if (longest) {
      this.#forced += 1;
      longest.endurance = Math.max(LEAST_PATIENCE, longest.endurance >> 1);
    }
    return longest;
  }

  /** Somebody has been chosen. */
  chosen(turn: TaskTurn, last: TaskTurn | undefined): void {
    turn.passedOver = 0;
    if (last && last !== turn) last.streak = 0;
  }
}

function outstays(turn: TaskTurn): boolean {
  turn.streak += 1;
  if (turn.streak <= turn.patience) return false;
  turn.patience = Math.max(LEAST_PATIENCE, turn.patience >> 1);
  return true;
}
