import { LedMachine } from './led-machine.ts';
import type { PhaseMessage, PhaseRequest, PhasesPlan } from './phases-plan.ts';

/** setTimeout takes no longer time. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Who runs the machine of phases. */
export interface PhaseRunner {
  ask(request: PhaseRequest): void;
  /** Nothing begins or ends any more. */
  stop(): void;
}

/** Runs the machine in this thread by timers: for runs that nothing is traced for. So nothing but the clock, probes and hands begin a phase. */
export class RunnerHere implements PhaseRunner {
  readonly #machine: LedMachine;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;

  /** `clock`: milliseconds since the start of the command. */
  constructor(plan: PhasesPlan, clock: () => number, tell: (message: PhaseMessage) => void) {
    this.#machine = new LedMachine(plan, clock, (message) => tell(inexact(message)));
    this.#clock = clock;
  }

  ask(request: PhaseRequest): void {
    // Who starts the command asks for no leave here.
    if (request.kind === 'start' || request.kind === 'stop') return;
    this.#machine.ask(request);
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#machine.look();
    clearTimeout(this.#timer);
    const { nextMs } = this.#machine;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#look(), Math.min(MAX_TIMEOUT_MS, Math.max(0, nextMs - this.#clock())));
  }
}

/** The command runs meanwhile: even what begins at its start does so a moment behind it. */
function inexact(message: PhaseMessage): PhaseMessage {
  if (message.kind !== 'phase') return message;
  const { turned } = message;
  return { ...message, turned: { ...turned, turn: { ...turned.turn, exact: false } } };
}
