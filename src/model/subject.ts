/** What the runs of a campaign are of: complete, nothing is looked up any more. It can be sent to another process. */
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
