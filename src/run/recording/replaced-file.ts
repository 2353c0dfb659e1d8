import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { UnnamedFile } from '../../linux/unnamed-file.ts';
import { writeAll } from '../../linux/write-all.ts';
import { cannotOpen, openForWriting } from './open-for-writing.ts';

interface Replacement {
  readonly file: UnnamedFile;
  readonly name: string;
}

const PERMISSIONS = 0o777;
const DEFAULT_PERMISSIONS = 0o666;

/**
 * A file that is written at the end, in one step: until then, and if it can't be written, there is the one that was there
 * before. What is no regular file (a device, a fifo) is written in place, as is a file in a directory that takes no new one.
 */
export class ReplacedFile {
  /** As it was given. */
  readonly name: string;
  readonly #fd: number;
  /** Undefined if it is written in place. */
  readonly #replacement: Replacement | undefined;

  private constructor(name: string, fd: number, replacement: Replacement | undefined) {
    this.name = name;
    this.#fd = fd;
    this.#replacement = replacement;
  }

  /** `option` is what names the file. Throws OUTPUT_UNWRITABLE. */
  static open(file: string, option: string): ReplacedFile {
    const replacement = openReplacement(file, option);
    return new ReplacedFile(file, replacement?.file.fd ?? openForWriting(file, option), replacement);
  }

  /** Throws as write(2) and rename(2). */
  write(text: string): void {
    writeAll(this.#fd, Buffer.from(text));
    this.#replacement?.file.rename(this.#replacement.name);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Undefined where the file can only be written in place. */
function openReplacement(file: string, option: string): Replacement | undefined {
  const old = statOf(file, option);
  if (old && (!old.isFile() || old.nlink > 1)) return undefined;
  // A symbolic link that leads nowhere yet makes the file that it names.
  if (!old && lstatSync(file, { throwIfNoEntry: false })) return undefined;
  // Through one that does, what it leads to is replaced.
  const target = old ? realpathSync(file) : file;
  try {
    if (old) accessSync(target, constants.W_OK);
    const unnamed = new UnnamedFile(path.dirname(target), old ? old.mode & PERMISSIONS : DEFAULT_PERMISSIONS);
    if (old) keepOwner(unnamed.fd, old);
    return { file: unnamed, name: path.basename(target) };
  } catch {
    return undefined;
  }
}

function statOf(file: string, option: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw cannotOpen(file, option, cause);
  }
}

function keepOwner(fd: number, { uid, gid, mode }: Stats): void {
  fchownSync(fd, uid, gid);
  fchmodSync(fd, mode & PERMISSIONS);
}
