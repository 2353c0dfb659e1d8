import { ActivePhases } from '../../chaos/scenario/active.ts';
import { PhaseMachine, type Sight, type Transition } from '../../chaos/scenario/machine.ts';
import type { RecordedTurn } from '../../faults/phase-line.ts';
import type { CallPlace } from '../../model/scenario.ts';
import type { MachineRequest, PhaseMessage, PhasesPlan } from './phases-plan.ts';

const BY_HAND = { why: 'by hand', exact: false, at: undefined } as const;
const NOT_EXACT: Sight = { exact: false, at: undefined };

/** The machine of phases in a run: it has a clock, keeps in shared memory which phases are on, and tells of each turn. */
export class LedMachine {
  readonly #machine: PhaseMachine;
  readonly #names: readonly string[];
  /** Turns of a recording that have not come again. */
  #recorded: RecordedTurn[] | undefined;
  readonly #active: ActivePhases;
  readonly #clock: () => number;
  readonly #tell: (message: PhaseMessage) => void;
  /** What happened before times counted. */
  readonly #early: number[] = [];
  #isReleased = false;

  /** `clock`: milliseconds since the start of the command. */
  constructor(plan: Omit<PhasesPlan, 'port'>, clock: () => number, tell: (message: PhaseMessage) => void) {
    this.#names = plan.phases.map(({ name }) => name);
    this.#recorded = plan.recorded && [...plan.recorded];
    // In a replay it looks after `abort_on` alone.
    this.#machine = new PhaseMachine(plan.recorded ? [] : plan.phases, plan.abortOn, plan.seed);
    this.#active = new ActivePhases(plan.active);
    this.#clock = clock;
    this.#tell = tell;
  }

  /** What to look out for. */
  get watched(): PhaseMachine['watched'] {
    return this.#machine.watched;
  }

  isWaitedFor(trigger: number): boolean {
    return this.#machine.isWaitedFor(trigger);
  }

  /** When {@link look} has something to do next, by the clock; Infinity for never. */
  get nextMs(): number {
    const byTime = (this.#recorded ?? []).filter(({ at }) => !at).map(({ ms }) => ms);
    return Math.min(...byTime, (this.#isReleased ? this.#machine.nextMs() : undefined) ?? Number.POSITIVE_INFINITY);
  }

  ask(request: MachineRequest): void {
    const now = this.#clock();
    switch (request.kind) {
      case 'release':
        this.#isReleased = true;
        this.#made(this.#machine.start(now));
        this.#made(this.#machine.happened(this.#early.splice(0), now, NOT_EXACT));
        return;
      case 'begin':
      case 'end':
        if (this.#recorded) this.#made([{ kind: request.kind, phase: request.phase, instance: 1, turn: BY_HAND }]);
        else this.#made(this.#machine[request.kind](request.phase, now, BY_HAND));
        return;
      case 'probe': {
        const { probe, is } = request;
        const isThis = ({ event }: (typeof this.watched)[number]) =>
          event.kind === 'probe' && event.probe === probe && event.is === is;
        this.happened(
          this.watched.flatMap((trigger, number) => (isThis(trigger) ? [number] : [])),
          NOT_EXACT,
        );
      }
    }
  }

  /** Triggers have happened, at one moment. */
  happened(triggers: readonly number[], sight: Sight): void {
    if (triggers.length === 0) return;
    if (this.#isReleased) this.#made(this.#machine.happened(triggers, this.#clock(), sight));
    else this.#early.push(...triggers);
  }

  /** What is due by the clock. */
  look(): void {
    if (this.#isReleased) this.#made(this.#machine.at(this.#clock()));
    if (this.#recorded) this.#repeat(({ at, ms }) => at === undefined && ms <= this.#clock());
  }

  /** Calls of a recording at which phases begin or end. */
  get places(): readonly CallPlace[] {
    return (this.#recorded ?? []).flatMap(({ at }) => at ?? []);
  }

  /** Turns of a recording that have not come again. */
  get missed(): readonly RecordedTurn[] {
    return (this.#recorded ?? []).filter(({ at }) => at !== undefined);
  }

  /** A replay has come to this call: `returned`, it has come back. */
  reached({ task, call, nth }: CallPlace, returned: boolean): void {
    this.#repeat(
      ({ at }) => at?.nth === nth && at.call === call && at.task === task && (at.returned === true) === returned,
    );
  }

  #repeat(isDue: (turn: RecordedTurn) => boolean): void {
    const due = this.#recorded!.filter(isDue);
    if (due.length === 0) return;
    this.#recorded = this.#recorded!.filter((turn) => !due.includes(turn));
    for (const { name, instance, kind, at } of due) {
      const sight: Sight = { exact: at !== undefined, at };
      const turn = { why: 'as recorded', ...sight };
      this.#made([{ kind, phase: this.#names.indexOf(name), instance, turn }]);
      this.#made(this.#machine.turned(name, kind === 'begin' ? 'begun' : 'ended', this.#clock(), sight));
    }
  }

  #made(transitions: readonly Transition[]): void {
    for (const made of transitions) {
      if (made.kind === 'abort') {
        this.#tell({ kind: 'abort-on', why: made.turn.why });
        continue;
      }
      this.#active.set(made.phase, made.kind === 'begin' ? made.instance : 0);
      this.#tell({
        kind: 'phase',
        turned: { ...made, ms: this.#clock() },
        isOver: this.#recorded ? this.#recorded.length === 0 : this.#machine.isOver,
      });
    }
  }
}
