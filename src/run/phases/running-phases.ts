/** How a phase stands. */
export interface PhaseState {
  readonly name: string;
  readonly isOn: boolean;
  /** The instance that is on, or was last; 0: there was none. */
  readonly instance: number;
  /** Milliseconds since the start of the command; undefined while it is off. */
  readonly sinceMs: number | undefined;
}

/** The phases of a run that is under way, for those who lead it from outside. */
export interface RunningPhases {
  /** The service is there: times count from now on, and what has been triggered before begins. */
  release(): void;
  /** Resolves when no phase is on that has an end, and none begins any more by itself. */
  readonly over: Promise<void>;
  /** Begins a phase by hand; resolves when it is in force. Throws UNKNOWN_PHASE, PHASE_STATE. */
  begin(name: string): Promise<void>;
  /** Ends a phase by hand; resolves when it is over. Throws UNKNOWN_PHASE, PHASE_STATE. */
  end(name: string): Promise<void>;
  /** A probe has come to another state. */
  probed(probe: string, is: 'ok' | 'failed'): void;
  states(): readonly PhaseState[];
  /** The last line that the command wrote and that matches: one of the expressions that were given before the start. */
  lineOf(regex: string, stream: 'stdout' | 'stderr' | undefined): string | undefined;
  /** Told once, in words, when something happens that is to end the run (`abort_on`). */
  onAbort(told: (why: string) => void): void;
  /** Told of each begin and end, when its effects are there. */
  onTurn(
    told: (turn: { readonly name: string; readonly instance: number; readonly turn: 'begin' | 'end' }) => void,
  ): void;
}
