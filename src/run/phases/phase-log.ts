import type { OptionName } from '../../chaos/option.ts';
import { optionOf } from '../../chaos/options.ts';
import { settingsInBoth } from '../../chaos/scenario/phased-settings.ts';
import type { Phase } from '../../chaos/settings.ts';
import type { CallPlace, PhaseUse } from '../../model/scenario.ts';
import type { Turned, TurnOf } from './phases-plan.ts';

type Noted = { -readonly [K in keyof PhaseUse]: PhaseUse[K] };

/** What phases there were in a run. */
export class PhaseLog {
  readonly #phases: readonly Phase[];
  readonly #uses: Noted[] = [];
  /** By phase: the instance that is on. */
  readonly #on = new Map<number, Noted>();

  constructor(phases: readonly Phase[]) {
    this.#phases = phases;
  }

  get uses(): readonly PhaseUse[] {
    return this.#uses;
  }

  isOn(phase: number): boolean {
    return this.#on.has(phase);
  }

  /** The instance of a phase that is on, or was last. */
  lastOf(phase: number): PhaseUse | undefined {
    const { name } = this.#phases[phase]!;
    return this.#uses.findLast((use) => use.name === name);
  }

  turned({ kind, phase, instance, turn, ms }: Turned): void {
    if (kind === 'begin') {
      const { name } = this.#phases[phase]!;
      const use: Noted = {
        name,
        instance,
        beganMs: ms,
        endedMs: undefined,
        began: turn,
        ended: undefined,
        over: [],
        error: undefined,
      };
      this.#uses.push(use);
      this.#on.set(phase, use);
      this.#noteOverlaps();
      return;
    }
    const use = this.#on.get(phase)!;
    use.endedMs = ms;
    use.ended = turn;
    this.#on.delete(phase);
  }

  /** The first call behind a turn by the clock is known. */
  placed({ kind, phase, instance }: TurnOf, at: CallPlace): void {
    const { name } = this.#phases[phase]!;
    const use = this.#uses.find((one) => one.name === name && one.instance === instance);
    if (!use) return;
    if (kind === 'begin') use.began = { ...use.began, at };
    else if (use.ended) use.ended = { ...use.ended, at };
  }

  /** Something of the phase that is on, or was last, could not be done. */
  failed(phase: number, error: string): void {
    const use = this.#on.get(phase) ?? (this.lastOf(phase) as Noted);
    use.error = use.error === undefined ? error : `${use.error}; ${error}`;
  }

  /** Where two that are on set one option, the later one wins. */
  #noteOverlaps(): void {
    for (const [phase, use] of this.#on) {
      const later = [...this.#on.keys()].filter((other) => other > phase);
      const names = later.flatMap((other) =>
        settingsInBoth(this.#phases[phase]!.settings, this.#phases[other]!.settings),
      );
      const keys = names.map((name) => optionOf(name as OptionName)?.key ?? name);
      use.over = [...new Set([...use.over, ...keys])];
    }
  }
}
