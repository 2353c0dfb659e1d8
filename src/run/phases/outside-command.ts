import { type ChildProcess, spawn } from 'node:child_process';

/** Where a command outside of chaos is run, and who hears what it says. */
export interface OutsideContext {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
}

/** A shell command that is run beside the command of a run, outside of all chaos; at its end nothing of its process group is left. */
export class OutsideCommand {
  /** Why it did not do what was asked of it, for people; undefined if it did. */
  readonly failure: Promise<string | undefined>;
  readonly #child: ChildProcess;

  constructor(command: string, { cwd, env, onOutput }: OutsideContext) {
    this.#child = spawn('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (bytes: Buffer) => onOutput?.(bytes));
    }
    this.failure = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve(`${command}: ${error.message}`));
      this.#child.on('exit', (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(`${command}: ${signal === null ? `exit status ${code}` : `killed by ${signal}`}`);
      });
    });
  }

  /** Ends all that is left of it. */
  end(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
