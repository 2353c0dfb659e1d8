import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { random32 } from '../linux/entropy.ts';
import { closeFd, makePipe } from '../linux/fds.ts';
import type { TreeChange } from '../model/sweep.ts';
import { TreeImage } from './tree-image.ts';
import { WorkTree } from './work-tree.ts';
import type { Workplace, WorkplaceSpec } from './workplace.ts';

/** Outlives us by a moment: if we end without a word, it removes the directory. POSIX shell, for any /bin/sh. */
const GUARD = `trap '' HUP INT TERM QUIT
read -r directory
read -r over && exit
chmod -R u+rwx "$directory"
rm -rf "$directory"`;

/** A copy of the input in a directory for temporary files. Nothing else is looked at or put back, and nothing keeps a command from it. */
export class TemporaryCopy implements Workplace {
  readonly directory: string;
  readonly namespaces = undefined;
  readonly #guard: number;
  readonly #work: WorkTree;

  private constructor(spec: WorkplaceSpec) {
    const image = TreeImage.read(spec.input, spec);
    this.directory = path.join(tmpdir(), `renacer-sweep-${process.pid}-${random32().toString(36)}`);
    this.#guard = guardOf(this.directory);
    mkdirSync(this.directory, 0o700);
    this.#work = WorkTree.create(this.directory, image, spec);
  }

  static make(spec: WorkplaceSpec): TemporaryCopy {
    return new TemporaryCopy(spec);
  }

  changes(): readonly TreeChange[] {
    return this.#work.changes();
  }

  changesOutside(): readonly TreeChange[] {
    return [];
  }

  contents(file: string): Uint8Array | undefined {
    return this.#work.contents(file);
  }

  numberAnew(): boolean {
    return false;
  }

  restore(): void {
    this.#work.restore();
  }

  within<Result>(body: () => Result): Result {
    this.#work.mayHaveChanged();
    return body();
  }

  close(): void {
    this.#work.restore();
    this.#work.close();
    rmSync(this.directory, { recursive: true, force: true });
    writeSync(this.#guard, 'over\n');
    closeFd(this.#guard);
  }
}

/** Starts the guard, and tells it of the directory before that is made; returns the pipe by which it notices our end. */
function guardOf(directory: string): number {
  const [theirs, ours] = makePipe();
  try {
    const guard = spawn('/bin/sh', ['-c', GUARD, 'renacer-guard'], {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: [theirs, 'ignore', 'ignore'],
    });
    // Without one, a directory may be left if we are killed.
    guard.on('error', () => {});
    guard.unref();
    writeSync(ours, `${directory}\n`);
    return ours;
  } finally {
    closeFd(theirs);
  }
}
