import { createHash, type Hash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import path from 'node:path';
import { RenacerError } from '../../model/errors.ts';

/** Never part of an input: what Renacer itself may leave there. */
const OWN = '.renacer';

const PIECE = 1 << 20;

/**
 * A digest of all names, modes, links and bytes in a directory; of times, owners and inodes nothing is in it. Throws INPUT_UNREADABLE.
 *
 * @param leftOut paths that are no part of it
 */
export function inputDigest(directory: string, leftOut: readonly string[]): string {
  const hash = createHash('sha256');
  const left = new Set(leftOut);
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const file = path.join(folder, name);
      if (name === OWN || left.has(file)) continue;
      const stats = lstatSync(file);
      hash.update(`${path.relative(directory, file)}\0${stats.mode.toString(8)}\0`);
      if (stats.isDirectory()) visit(file);
      else if (stats.isSymbolicLink()) hash.update(`${readlinkSync(file)}\0`);
      else if (stats.isFile()) addFile(hash, file, stats.size);
    }
  };
  try {
    visit(directory);
  } catch (cause) {
    throw unreadable(cause);
  }
  return hash.digest('hex').slice(0, 16);
}

/** A digest of the bytes of a file. Throws INPUT_UNREADABLE. */
export function fileDigest(file: string): string {
  const hash = createHash('sha256');
  try {
    addFile(hash, file, undefined);
  } catch (cause) {
    throw unreadable(cause);
  }
  return hash.digest('hex').slice(0, 16);
}

function addFile(hash: Hash, file: string, size: number | undefined): void {
  if (size !== undefined) hash.update(`${size}\0`);
  const fd = openSync(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (let length = readSync(fd, piece); length > 0; length = readSync(fd, piece)) {
      hash.update(piece.subarray(0, length));
    }
  } finally {
    closeSync(fd);
  }
}

function unreadable(cause: unknown): RenacerError {
  const { code, path: file, message } = cause as NodeJS.ErrnoException;
  return new RenacerError('INPUT_UNREADABLE', `can't read ${JSON.stringify(file ?? '')}: ${code ?? message}`, {
    hint: 'Each run works in a copy of the input directory: all in it must be readable. Name another one with --input DIR.',
    cause,
  });
}
