import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { alternativesOf, compileGlob } from './glob.ts';

/** What the kernel puts behind the path of a file that is gone: proc(5). */
const DELETED = / \(deleted\)$/;
const GLOB_CHARACTER = /[*?[\\]/;

/**
 * A test of absolute paths, by a glob as a user writes it: relative ones begin at `directory`, `.` and `..` are taken
 * away, and the part before the first special character holds by its real path too, without symbolic links. A glob
 * that begins with `**` begins anywhere.
 */
export function compilePath(glob: string, directory: string): (file: string) => boolean {
  const forms = alternativesOf(glob).flatMap((one) => {
    const absolute = one.startsWith('/') || one.startsWith('**') ? one : `${escapeGlob(directory)}/${one}`;
    return [one, ...formsOf(absolute)];
  });
  const tests = [...new Set(forms)].map(compileGlob);
  return (file) => tests.some((test) => test(file));
}

/** A glob that begins at the root, without `.` and `..`; and with the real path of the part that is no pattern. */
function formsOf(glob: string): string[] {
  if (!glob.startsWith('/')) return [glob];
  const parts = withoutDots(glob.split('/').slice(1));
  const plain = parts.findIndex((part) => GLOB_CHARACTER.test(unescapedOr(part)));
  const fixed = (plain < 0 ? parts : parts.slice(0, plain)).map(unescaped);
  const rest = plain < 0 ? [] : parts.slice(plain);
  const real = realPathOf(`/${fixed.join('/')}`);
  return [`/${parts.join('/')}`, [real === '/' ? '' : escapeGlob(real), ...rest].join('/') || '/'];
}

/** `..` after what is a pattern can't be taken away. */
function withoutDots(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === '.' || part === '') continue;
    const last = kept.at(-1);
    if (part === '..' && last !== undefined && last !== '..' && !last.includes('**')) kept.pop();
    else if (part !== '..' || kept.length > 0) kept.push(part);
  }
  return kept;
}

/** The paths by which a file that a program names can be meant: as it is named, and really. */
export function namesOf(file: string): string[] {
  const normal = path.posix.normalize(file);
  return [...new Set([file, normal, realPathOf(normal)])];
}

/** The paths of what a descriptor is open on. */
export function namesOfOpen(link: string): string[] {
  return DELETED.test(link) ? [link, link.replace(DELETED, '')] : [link];
}

/** Without symbolic links, as far as the file is there: what is about to be made has a real directory. */
function realPathOf(file: string, depth = 0): string {
  try {
    return realpathSync.native(file);
  } catch {
    if (file === '/' || depth > MAX_DEPTH) return file;
    // A link that leads to nothing yet: the file will be made there.
    const target = targetOf(file);
    if (target !== undefined) return realPathOf(path.posix.resolve(path.posix.dirname(file), target), depth + 1);
    const directory = realPathOf(path.posix.dirname(file), depth + 1);
    return path.posix.join(directory, path.posix.basename(file));
  }
}

const MAX_DEPTH = 64;

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function escapeGlob(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}

function unescaped(part: string): string {
  return part.replace(/\\(.)/gs, '$1');
}

/** What is special in a part of a glob: escaped characters are not. */
function unescapedOr(part: string): string {
  return part.replace(/\\./gs, '');
}
