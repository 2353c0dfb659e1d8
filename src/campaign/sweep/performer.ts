import type { Stillness } from '../../faults/still/index.ts';
import type { CaseFault, Observation } from '../../model/sweep.ts';

/** What is swept: complete, nothing is looked up any more. It can be sent to another process. */
export interface Subject {
  /** The path of the program, as it was looked up. */
  readonly file: string;
  readonly argv: readonly string[];
  /** `NAME=value`, the whole environment. */
  readonly env: readonly string[];
  /** The directory whose copy is the work directory. The command finds the copy at this very path. */
  readonly input: string;
  /** Paths in it, from `/` on, that are no part of it, and not copied: our own files. Beside them, whatever is called `.renacer`. */
  readonly leftOut: readonly string[];
  /** A file that is its stdin: /dev/null if undefined. */
  readonly stdin: string | undefined;
  /** Globs of paths of the work directory that are not looked at. */
  readonly ignore: readonly string[];
  readonly checks: Checks;
  readonly service: Service | undefined;
  /** `none`: `--no-isolation`. The work directory is a copy all the same. */
  readonly isolation: 'full' | 'none';
  readonly network: 'own' | 'host';
}

/** Shell commands, run in the work directory when the command has ended. */
export interface Checks {
  /** After exit status 0. */
  readonly verify: string | undefined;
  /** After any end. */
  readonly verifyAlways: string | undefined;
}

/** A command that runs until it is ended. */
export interface Service {
  /** When it is ready: `tcp:PORT`, `file:PATH`, `output:TEXT`. */
  readonly ready: string;
  /** A shell command: the client. Its exit status says whether it was served. */
  readonly drive: string;
}

export interface PerformOptions {
  /** Write down the calls: all of a clean run, and of a run with faults those from the first fault on. It costs time. */
  readonly record: boolean;
  /** Keep the bytes of small files that changed, for the evidence. */
  readonly contents: boolean;
  /** Addresses always stand still. */
  readonly stillness: Stillness;
  /** When to give up, if neither a hang nor a spin was seen. */
  readonly deadlineMs: number;
  /** The clean run's calls, by name: a call is a spin if it is made `200 + 10 x` as often. Undefined in clean runs. */
  readonly usualCalls: Readonly<Record<string, number>> | undefined;
  /** How long the clean run took: a tree hangs that sleeps ten times as long. Undefined in clean runs. */
  readonly usualMs: number | undefined;
}

/**
 * Performs runs of one subject, one after another, each from the same start: a process beside this one, in an enclosure of its own,
 * on a CPU of its own. Rejects with a RenacerError for what Renacer itself can't do.
 */
export interface Performer {
  /** By the warm engine. */
  perform(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation>;
  /** The same by the ordinary engine: `runCommand` and a recording of the faults, in the same enclosure. */
  confirm(faults: readonly CaseFault[], options: PerformOptions): Promise<Observation>;
  /** Ends it; nothing of it is left. */
  close(): Promise<void>;
}
