import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PreparedLimits } from '../../chaos/basic/limits.ts';
import { ActivePhases } from '../../chaos/scenario/active.ts';
import type { ChaosSettings, Phase } from '../../chaos/settings.ts';
import type { RecordedTurn } from '../../faults/phase-line.ts';
import { RenacerError } from '../../model/errors.ts';
import type { CallPlace, PhaseUse } from '../../model/scenario.ts';
import { type OutsideContext, PhaseEffects } from './phase-effects.ts';
import { PhaseLog } from './phase-log.ts';
import type { PhaseMessage, PhaseRequest, PhasesPlan, Turned, TurnOf, WatchedOutput } from './phases-plan.ts';
import { Restarts } from './restarts.ts';
import { type PhaseRunner, RunnerHere } from './runner-here.ts';
import type { PhaseState, RunningPhases } from './running-phases.ts';

/** How long commands outside may go on behind the end of a run. */
const PATIENCE_MS = 2000;

type TurnListener = Parameters<RunningPhases['onTurn']>[0];

/** What phases are made of. */
export interface PhasesRequest {
  readonly settings: ChaosSettings;
  readonly seed: number;
  readonly outputs: readonly WatchedOutput[];
  /** Of a replay: where phases began and ended. */
  readonly recorded: readonly RecordedTurn[] | undefined;
  /** Told of each turn, for the recording. */
  readonly record: ((turned: RecordedTurn) => void) | undefined;
}

/** The phases of a run: who runs their machine, what they do, and what there is to tell of them. */
export class PhasesOfRun implements RunningPhases {
  /** For an engine that runs the machine. Sent once, with its port. */
  readonly plan: PhasesPlan;
  readonly restarts: Restarts;
  readonly over: Promise<void>;
  readonly #phases: readonly Phase[];
  readonly #log: PhaseLog;
  readonly #effects: PhaseEffects;
  readonly #port: MessagePort;
  readonly #lines = new Map<string, string>();
  readonly #onTurn = new Set<TurnListener>();
  readonly #record: ((turned: RecordedTurn) => void) | undefined;
  /** By the clock, and without a call so far. */
  #unplaced: Turned[] = [];
  #onAbort: (why: string) => void = () => {};
  #isOver: () => void = () => {};
  #runner: PhaseRunner | undefined;
  /** Who runs the machine traces the tree, and sends signals at its stops. */
  #isTraced = false;
  #isReleased = false;

  constructor(
    { settings, seed, outputs, recorded, record }: PhasesRequest,
    limits: PreparedLimits,
    context: OutsideContext,
  ) {
    this.#phases = settings.phases ?? [];
    const awaitsService = (settings.steadyState?.probes ?? []).some(({ check }) => check.includes('before'));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.plan = {
      phases: this.#phases,
      seed,
      active: new ActivePhases(this.#phases.length).shared,
      abortOn: settings.abortOn ?? [],
      outputs,
      awaitsService,
      recorded,
      port: port2,
    };
    this.#record = record;
    this.#log = new PhaseLog(this.#phases);
    this.#effects = new PhaseEffects(settings, limits, context, (phase, error) => this.#log.failed(phase, error));
    this.restarts = new Restarts(this.#phases, limits, settings.killAfterMs);
    this.over = new Promise((resolve) => {
      this.#isOver = resolve;
    });
  }

  /** The tree does nothing because of a phase now. */
  get holdsUp(): boolean {
    return this.#effects.isPaused || this.restarts.isDown;
  }

  /** The command runs. `wake`: wakes the stop loop that runs the machine; undefined if it is to run here, by `clock`. */
  started(pid: number, clock: () => number, wake: (() => void) | undefined): void {
    this.#effects.root = pid;
    if (this.#runner) {
      this.restarts.started();
      this.#standStill();
      return;
    }
    this.#isTraced = wake !== undefined;
    this.#runner = wake
      ? { ask: (request) => this.#ask(request, wake), stop: () => {} }
      : new RunnerHere(this.plan, clock, (message) => this.hear(message));
    // An engine does so by itself, before the first call.
    if (this.#isReleased || (!this.plan.awaitsService && !wake)) this.#runner.ask({ kind: 'release' });
  }

  /** What whoever runs the machine tells. */
  hear(message: PhaseMessage): void {
    switch (message.kind) {
      case 'phase':
        this.#turned(message.turned);
        if (message.isOver) this.#isOver();
        return;
      case 'place':
        this.#log.placed(message.of, message.at);
        this.#placed(message.of, message.at);
        return;
      case 'down':
        void this.restarts.startsAgain().then((starts) => this.#runner?.ask({ kind: starts ? 'start' : 'stop' }));
        return;
      case 'failed':
        this.#log.failed(message.phase, message.error);
        return;
      case 'line': {
        const { regex, stream } = this.plan.outputs[message.output]!;
        this.#lines.set(lineKey(regex, stream), message.line);
        return;
      }
      case 'abort-on':
        this.#onAbort(message.why);
    }
  }

  release(): void {
    if (this.#isReleased || !this.plan.awaitsService) return;
    this.#isReleased = true;
    this.#runner?.ask({ kind: 'release' });
  }

  begin(name: string): Promise<void> {
    return this.#turnByHand(name, 'begin');
  }

  end(name: string): Promise<void> {
    return this.#turnByHand(name, 'end');
  }

  probed(probe: string, is: 'ok' | 'failed'): void {
    this.#runner?.ask({ kind: 'probe', probe, is });
  }

  states(): readonly PhaseState[] {
    return this.#phases.map(({ name }, phase) => {
      const last = this.#log.lastOf(phase);
      const isOn = this.#log.isOn(phase);
      return { name, isOn, instance: last?.instance ?? 0, sinceMs: isOn ? last?.beganMs : undefined };
    });
  }

  lineOf(regex: string, stream: 'stdout' | 'stderr' | undefined): string | undefined {
    return this.#lines.get(lineKey(regex, stream));
  }

  onAbort(told: (why: string) => void): void {
    this.#onAbort = told;
  }

  onTurn(told: TurnListener): void {
    this.#onTurn.add(told);
  }

  /** The tree stands still no longer. */
  letGo(): void {
    this.#effects.resume();
  }

  /** The run is to end before its time: nothing begins any more, and nothing stands still. */
  giveUp(): void {
    this.#runner?.stop();
    this.restarts.stop();
    this.#effects.resume();
  }

  /** The run is over. Resolves to its phases, in the order in which they began. */
  async finish(): Promise<readonly PhaseUse[]> {
    this.giveUp();
    this.#port.close();
    for (const turned of this.#unplaced.splice(0)) this.#write(turned, undefined);
    await this.#effects.end(PATIENCE_MS);
    return this.#log.uses;
  }

  #turned(turned: Turned): void {
    const { phase, instance, kind } = turned;
    this.#log.turned(turned);
    if (turned.turn.at) this.#write(turned, turned.turn.at);
    else this.#unplaced.push(turned);
    this.restarts.turned(turned);
    this.#standStill();
    this.#effects.turned(turned, (other) => this.#log.isOn(other), !this.#isTraced);
    for (const told of this.#onTurn) told({ name: this.#phases[phase]!.name, instance, turn: kind });
  }

  #standStill(): void {
    this.#effects.standStill((phase) => this.#log.isOn(phase), this.restarts.isDown);
  }

  #placed(of: TurnOf, at: CallPlace): void {
    const isThis = (turned: Turned) =>
      turned.kind === of.kind && turned.phase === of.phase && turned.instance === of.instance;
    const turned = this.#unplaced.find(isThis);
    if (!turned) return;
    this.#unplaced = this.#unplaced.filter((other) => other !== turned);
    this.#write(turned, at);
  }

  #write({ phase, instance, kind, ms }: Turned, at: CallPlace | undefined): void {
    this.#record?.({ name: this.#phases[phase]!.name, instance, kind, at, ms });
  }

  #turnByHand(name: string, turn: 'begin' | 'end'): Promise<void> {
    const phase = this.#phases.findIndex((one) => one.name === name);
    if (phase < 0) {
      const names = this.#phases.map((one) => one.name).join(', ');
      throw new RenacerError('UNKNOWN_PHASE', `there is no phase ${JSON.stringify(name)}; allowed: ${names}`);
    }
    if (!this.#runner) throw new RenacerError('PHASE_STATE', 'the command has not started yet');
    if (this.#log.isOn(phase) === (turn === 'begin')) {
      const state = turn === 'begin' ? 'on already' : 'not on';
      throw new RenacerError('PHASE_STATE', `phase ${JSON.stringify(name)} is ${state}`);
    }
    return new Promise((resolve) => {
      const told: TurnListener = (made) => {
        if (made.name !== name || made.turn !== turn) return;
        this.#onTurn.delete(told);
        resolve();
      };
      this.#onTurn.add(told);
      this.#runner!.ask({ kind: turn, phase });
    });
  }

  #ask(request: PhaseRequest, wake: () => void): void {
    this.#port.postMessage(request);
    wake();
  }
}

function lineKey(regex: string, stream: string | undefined): string {
  return `${stream ?? ''} ${regex}`;
}
