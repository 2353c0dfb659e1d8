import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import type { Phase } from '../../chaos/settings.ts';
import { DEFAULT_KILL_AFTER_MS } from '../verdict/ending.ts';
import type { Turned } from './phases-plan.ts';

/** Ends the tree for phases that restart the command, and says when it is to be started again. */
export class Restarts {
  readonly #phases: readonly Phase[];
  readonly #limits: PreparedLimits;
  readonly #killAfterMs: number;
  #grace: NodeJS.Timeout | undefined;
  /** The command is down, or on its way there. */
  #isDown = false;
  /** Restarts that keep it down. */
  readonly #down = new Set<number>();
  #goesOn: ((starts: boolean) => void) | undefined;
  #isOver = false;

  constructor(phases: readonly Phase[], limits: PreparedLimits, killAfterMs: number = DEFAULT_KILL_AFTER_MS) {
    this.#phases = phases;
    this.#limits = limits;
    this.#killAfterMs = killAfterMs;
  }

  /** The command has been ended to be started again, and does not run now. */
  get isDown(): boolean {
    return this.#isDown;
  }

  turned({ kind, phase }: Turned): void {
    if (this.#phases[phase]!.action?.kind !== 'restart' || this.#isOver) return;
    if (kind === 'begin') {
      this.#isDown = true;
      this.#down.add(phase);
      clearTimeout(this.#grace);
      this.#grace = setTimeout(() => this.#kill(), this.#killAfterMs);
      return;
    }
    this.#down.delete(phase);
    if (this.#down.size === 0) this.#goesOn?.(true);
  }

  /** Asked when the tree is empty: whether the command is to be started again. Resolves when it is time. */
  async startsAgain(): Promise<boolean> {
    clearTimeout(this.#grace);
    if (!this.#isDown || this.#isOver) return false;
    if (this.#down.size === 0) return true;
    return new Promise((resolve) => {
      this.#goesOn = resolve;
    });
  }

  /** It runs again. */
  started(): void {
    this.#isDown = false;
    this.#goesOn = undefined;
  }

  /** The run is to end: nothing is started any more. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#grace);
    this.#goesOn?.(false);
  }

  /** Until nothing is left: a tree that forks may outrun one kill. */
  #kill(): void {
    this.#limits.killTree();
    this.#grace = setTimeout(() => this.#kill(), 100);
  }
}
