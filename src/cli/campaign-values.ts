import { statSync } from 'node:fs';
import { badValue } from '../chaos/quantities.ts';
import { readErrno } from '../faults/errno-word.ts';
import { BadField } from '../faults/field.ts';
import { nearest } from '../faults/nearest.ts';
import { RenacerError } from '../model/errors.ts';
import { READY_FORMS, readySign } from '../model/sweep-request.ts';
import { parseSyscallSet } from '../syscalls/select.ts';
import { syscallName } from '../syscalls/syscall-table.ts';

/** Words between commas, each one of these. Throws INVALID_VALUE. */
export function someOf<Word extends string>(option: string, text: string, allowed: readonly Word[]): readonly Word[] {
  const words = wordsOf(option, text, allowed.join(', '));
  for (const word of words) {
    if (!isOneOf(word, allowed)) {
      throw badValue(option, JSON.stringify(word), allowed.join(', '), nearest(word, allowed));
    }
  }
  return allowed.filter((word) => words.includes(word));
}

export function oneOf<Word extends string>(option: string, text: string, allowed: readonly Word[]): Word {
  if (isOneOf(text, allowed)) return text;
  throw badValue(option, JSON.stringify(text), allowed.join(', '), nearest(text, allowed));
}

function isOneOf<Word extends string>(text: string, allowed: readonly Word[]): text is Word {
  return (allowed as readonly string[]).includes(text);
}

export function wordsOf(option: string, text: string, allowed: string): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word === ''))
    throw badValue(option, JSON.stringify(text), `${allowed}, separated by commas`);
  return words;
}

export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const allowed =
    max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  throw badValue(option, JSON.stringify(text), allowed);
}

/** An empty value would do nothing. */
export function notEmpty(option: string, text: string, allowed: string): string {
  if (text.trim() !== '') return text;
  throw badValue(option, JSON.stringify(text), allowed);
}

/** The names of errors, as errno(3) has them. */
export function errorNames(option: string, text: string): readonly string[] {
  return wordsOf(option, text, 'names of errors such as ENOSPC').map((word) => {
    try {
      const errno = readErrno(word.toUpperCase());
      if (typeof errno === 'string') return errno;
    } catch (error) {
      if (!(error instanceof BadField)) throw error;
      throw new RenacerError('INVALID_VALUE', `${option}: ${error.message}`);
    }
    throw badValue(option, JSON.stringify(word), 'names of errors such as ENOSPC, EIO');
  });
}

/** The names of the calls of a set. Throws BAD_SYSCALL_SET, or INVALID_VALUE for an empty one. */
export function callNames(option: string, text: string): readonly string[] {
  const names = parseSyscallSet(text).numbers().map(syscallName);
  if (names.length > 0) return names;
  throw badValue(option, JSON.stringify(text), 'a set with at least one system call');
}

/** `NAME=VALUE`. */
export function variable(option: string, text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw badValue(option, JSON.stringify(text), 'NAME=VALUE');
}

/** When a service is ready. */
export function readiness(option: string, text: string): string {
  if (readySign(text)) return text;
  throw badValue(option, JSON.stringify(text), READY_FORMS.join(', '));
}

/** `FILE:LINE`, or the name of a function. */
export function place(option: string, text: string): string {
  const line = /:(.*)$/.exec(text)?.[1];
  const isCxx = text.includes('::');
  if (text.trim() !== '' && (isCxx || line === undefined || /^[1-9]\d*$/.test(line))) return text;
  throw badValue(option, JSON.stringify(text), 'FILE:LINE, such as save.c:88, or the name of a function');
}

/** What is to be there and of this kind. Throws INPUT_UNREADABLE. */
export function existing(option: string, file: string, kind: 'directory' | 'file'): string {
  const reason = whyNot(file, kind);
  if (reason === undefined) return file;
  throw new RenacerError('INPUT_UNREADABLE', `${option}: ${JSON.stringify(file)} ${reason}`, {
    hint: `Give the path of a ${kind} that exists and that you may read.`,
  });
}

function whyNot(file: string, kind: 'directory' | 'file'): string | undefined {
  try {
    const stats = statSync(file);
    if (kind === 'directory') return stats.isDirectory() ? undefined : 'is no directory';
    return stats.isFile() ? undefined : stats.isDirectory() ? 'is a directory' : 'is no regular file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
    if (code === 'EACCES') return "can't be looked at: permission denied";
    return `can't be looked at: ${code}`;
  }
}
