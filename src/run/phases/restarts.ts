import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import type { Phase } from '../../chaos/settings.ts';
import { DEFAULT_KILL_AFTER_MS } from '../verdict/ending.ts';
import type { Turned } from './phases-plan.ts';

/**
 * How the command stands: it runs; a restart has signalled it; its tree is empty, for now; it is being started, and whoever signalled
 * it would do so before its execve.
 */
type CommandState = 'up' | 'ending' | 'down' | 'starting';

/** Ends the tree for phases that restart the command, and says when it is to be started again. */
export class Restarts {
  readonly #phases: readonly Phase[];
  readonly #limits: PreparedLimits;
  readonly #killAfterMs: number;
  #grace: NodeJS.Timeout | undefined;
  #state: CommandState = 'up';
  /** Restarts that keep it down. */
  readonly #down = new Set<number>();
  /** The signal of a restart that began while it was being started. */
  #late: NodeJS.Signals | undefined;
  #goesOn: ((starts: boolean) => void) | undefined;
  #isOver = false;

  constructor(phases: readonly Phase[], limits: PreparedLimits, killAfterMs: number = DEFAULT_KILL_AFTER_MS) {
    this.#phases = phases;
    this.#limits = limits;
    this.#killAfterMs = killAfterMs;
  }

  /** The command has been ended to be started again, and does not run now. */
  get isDown(): boolean {
    return this.#state !== 'up';
  }

  turned({ kind, phase }: Turned): void {
    const { action } = this.#phases[phase]!;
    if (action?.kind !== 'restart' || this.#isOver) return;
    if (kind === 'begin') {
      this.#down.add(phase);
      if (this.#state === 'starting') this.#late = action.signal as NodeJS.Signals;
      else if (this.#state !== 'down') this.#end(action.signal as NodeJS.Signals);
      return;
    }
    this.#down.delete(phase);
    if (this.#down.size === 0) this.#goesOn?.(true);
  }

  /** Asked when the tree is empty: whether the command is to be started again. Resolves when it is time. */
  async startsAgain(): Promise<boolean> {
    clearTimeout(this.#grace);
    if (this.#state !== 'ending' || this.#isOver) return false;
    this.#state = 'down';
    return new Promise((resolve) => {
      this.#goesOn = (starts) => {
        this.#goesOn = undefined;
        if (starts) this.#state = 'starting';
        resolve(starts);
      };
      if (this.#down.size === 0) this.#goesOn(true);
    });
  }

  /** It runs again. */
  started(): void {
    this.#state = 'up';
    const late = this.#late;
    this.#late = undefined;
    if (late && !this.#isOver) this.#end(late);
  }

  /** The run is to end: nothing is started any more. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#grace);
    this.#goesOn?.(false);
  }

  #end(signal: NodeJS.Signals): void {
    this.#state = 'ending';
    this.#limits.signalTree(signal);
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => this.#kill(), this.#killAfterMs);
  }

  /** Until nothing is left: a tree that forks may outrun one kill. */
  #kill(): void {
    this.#limits.killTree();
    this.#grace = setTimeout(() => this.#kill(), 100);
  }
}
