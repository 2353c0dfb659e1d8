import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** Of a directory with no others in it. */
const LINKS_OF_NONE = 2;

/** One control group, as a directory of the cgroup file system: what v1 and v2 have in common. See cgroups(7). */
export class Cgroup {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes the directory, and so the group. Throws as mkdir(2): EROFS, EACCES, ENOENT. */
  create(): void {
    mkdirSync(this.directory);
  }

  get procsFile(): string {
    return path.join(this.directory, 'cgroup.procs');
  }

  /** Throws ENOENT if the kernel (or the controller) has no such file here. */
  read(file: string): string {
    return readFileSync(path.join(this.directory, file), 'latin1').trimEnd();
  }

  /** The content of a file, or undefined if it can't be read. */
  tryRead(file: string): string | undefined {
    try {
      return this.read(file);
    } catch {
      return undefined;
    }
  }

  /** A file that holds one number; undefined if it is missing or says `max`. */
  number(file: string): number | undefined {
    const text = this.tryRead(file);
    return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
  }

  /** One number of a file of `key value` lines, such as memory.events. */
  keyed(file: string, key: string): number | undefined {
    const line = this.tryRead(file)
      ?.split('\n')
      .find((text) => text.startsWith(`${key} `));
    return line === undefined ? undefined : Number(line.slice(key.length + 1));
  }

  /** Writes without O_CREAT: the kernel would answer that with a misleading EACCES where the file does not exist. */
  write(file: string, value: string | number): void {
    const fd = openSync(path.join(this.directory, file), constants.O_WRONLY);
    try {
      writeSync(fd, String(value));
    } finally {
      closeSync(fd);
    }
  }

  /** As `write`, but false if it can't be done. */
  tryWrite(file: string, value: string | number): boolean {
    try {
      this.write(file, value);
      return true;
    } catch {
      return false;
    }
  }

  /** The processes in this group itself. (Those of other pid namespaces read as 0, and kill(2) has another use for 0.) */
  ownProcessIds(): number[] {
    return (this.tryRead('cgroup.procs') ?? '')
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  }

  /** The processes in this group and those below it (programs may make groups of their own). */
  processIds(): number[] {
    return [this, ...this.descendants()].flatMap((group) => group.ownProcessIds());
  }

  /** The names of the groups right below. */
  childNames(): string[] {
    try {
      // Of a group the kernel counts `.`, `..` and one for each group below; to list all of its files takes ten times as long.
      if (statSync(this.directory).nlink === LINKS_OF_NONE) return [];
      return readdirSync(this.directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name);
    } catch {
      return [];
    }
  }

  /** One attempt to remove the group and those below it. False while processes are still leaving (EBUSY). */
  remove(): boolean {
    for (const group of [...this.descendants().reverse(), this]) {
      try {
        rmdirSync(group.directory);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return false;
      }
    }
    return true;
  }

  /** Parents before their children. */
  private descendants(): Cgroup[] {
    return this.childNames().flatMap((name) => {
      const child = new Cgroup(path.join(this.directory, name));
      return [child, ...child.descendants()];
    });
  }
}

/** Sends a signal to each process; one that is gone meanwhile is no error. Returns false if there was none to reach. */
export function signalAll(processIds: readonly number[], signal: NodeJS.Signals): boolean {
  let reached = false;
  for (const pid of processIds) {
    try {
      process.kill(pid, signal);
      reached = true;
    } catch {
      // ESRCH: it has ended; EPERM: a setuid program under an unprivileged Renacer.
    }
  }
  return reached;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread: for the few places that must finish before the process exits. */
export function sleepSync(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}

/** Kills by signals, again and again, until nothing new is forked. At most half a second. */
export function killRepeatedly(list: () => number[]): void {
  for (let round = 0; round < 250; round++) {
    if (!signalAll(list(), 'SIGKILL')) return;
    sleepSync(2);
  }
}
