import type { LimitValues, PreparedLimits } from '../../chaos/basic/limits.ts';
import { settingsNow } from '../../chaos/scenario/active.ts';
import { phasesWith } from '../../chaos/scenario/phased-settings.ts';
import type { ChaosSettings, Phase } from '../../chaos/settings.ts';
import { signalAll } from '../../linux/cgroup.ts';
import { type OutsidePlace, runOutside } from '../command/outside-command.ts';
import { atExit } from '../engine/at-exit.ts';
import type { Turned } from './phases-plan.ts';
import { nobody, signalTargets } from './signal-targets.ts';

/** Where commands outside of chaos are run, and who hears what they say. */
export interface OutsideContext extends OutsidePlace {
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
}

/** What the phases of a run do to its tree from the main thread: limits, signals, a standstill, commands outside. */
export class PhaseEffects {
  /** The command's first process. */
  root = 0;
  readonly #settings: ChaosSettings;
  readonly #phases: readonly Phase[];
  readonly #limits: PreparedLimits;
  readonly #context: OutsideContext;
  readonly #failed: (phase: number, error: string) => void;
  readonly #changesLimits: boolean;
  readonly #commands: Promise<void>[] = [];
  readonly #endOfCommands = new AbortController();
  readonly #exitIsFine: () => void;
  #now: LimitValues;
  #isPaused = false;

  /** `failed` is told what could not be done. */
  constructor(
    settings: ChaosSettings,
    limits: PreparedLimits,
    context: OutsideContext,
    failed: (phase: number, error: string) => void,
  ) {
    this.#settings = settings;
    this.#phases = settings.phases ?? [];
    this.#limits = limits;
    this.#context = context;
    this.#failed = failed;
    this.#changesLimits = [...phasesWith('memory', this.#phases), ...phasesWith('cpu', this.#phases)].length > 0;
    this.#now = limitsOf(settings);
    this.#exitIsFine = atExit(() => this.#endOfCommands.abort());
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The effects of a turn. `isOn`: which phases are on behind it. `sendsSignals` false: who runs the machine has sent them itself. */
  turned({ kind, phase }: Turned, isOn: (phase: number) => boolean, sendsSignals: boolean): void {
    const { action } = this.#phases[phase]!;
    if (this.#changesLimits) this.#changeLimits(phase, isOn);
    if (kind === 'end') return;
    if (action?.kind === 'signal' && sendsSignals) this.#signal(phase, action.signal, action.to);
    if (action?.kind === 'run') this.#run(phase, action.command);
  }

  /**
   * The tree stands still while a phase asks for that, unless it is down for a restart: SIGTERM has to reach it, and what is
   * started in a frozen group never comes to its execve.
   */
  standStill(isOn: (phase: number) => boolean, isDown: boolean): void {
    const pauses = !isDown && this.#phases.some(({ action }, phase) => action?.kind === 'pause' && isOn(phase));
    if (pauses !== this.#isPaused) this.#pause(pauses);
  }

  /** The tree is about to be ended, or has ended: it stands still no longer. */
  resume(): void {
    if (this.#isPaused) this.#pause(false);
  }

  /** Commands outside get a moment to end by themselves; then nothing of them is left. */
  async end(patienceMs: number): Promise<void> {
    this.resume();
    const all = Promise.all(this.#commands);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([all, tooLong]);
    clearTimeout(timer);
    this.#endOfCommands.abort();
    this.#exitIsFine();
  }

  #changeLimits(phase: number, isOn: (phase: number) => boolean): void {
    const wanted = limitsOf(settingsNow(this.#settings, isOn));
    if (wanted.memoryBytes === this.#now.memoryBytes && wanted.cpuFraction === this.#now.cpuFraction) return;
    this.#now = wanted;
    try {
      this.#limits.change(wanted);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'EBUSY' ? 'more memory is in use, and the kernel could not free it (cgroup v1)' : message;
      this.#failed(phase, `the limit was not changed: ${why}`);
    }
  }

  #pause(on: boolean): void {
    this.#isPaused = on;
    if (on) this.#limits.pause();
    else this.#limits.resume();
  }

  #signal(phase: number, signal: string, to: string): void {
    const targets = signalTargets(to, this.root, this.#limits.processIds());
    if (!signalAll(targets, signal as NodeJS.Signals)) this.#failed(phase, nobody(to));
  }

  #run(phase: number, command: string): void {
    const { onOutput, ...place } = this.#context;
    const end = this.#endOfCommands.signal;
    const ended = runOutside(command, place, { onOutput, end, leavesNothing: true });
    const told = ended.then(({ status }) => {
      if (status !== 0 && !end.aborted) this.#failed(phase, `${command}: exit status ${status}`);
    });
    this.#commands.push(told);
  }
}

function limitsOf({ memoryLimit, cpuLimit }: ChaosSettings): LimitValues {
  return { memoryBytes: memoryLimit, cpuFraction: cpuLimit };
}
