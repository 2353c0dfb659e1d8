import type { TraceDraft } from './trace-settings.ts';

/** One of strace's options, as Renacer has it. */
export interface TraceOption {
  /** As commander takes them: `-r, --relative-timestamps [precision]`. A value that may be left out follows a `=`. */
  readonly flags: string;
  readonly summary: string;
  /** Left out of --help. */
  readonly hidden?: boolean;
  /** Called each time that the option is given. `times`: how often it was, this one included. */
  set(draft: TraceDraft, text: string | undefined, times: number): void;
}
