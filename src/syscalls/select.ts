import { closest, distance } from 'fastest-levenshtein';
import { RenacerError } from '../model/errors.ts';
import { BARE_CLASSES, CLASS_ALIASES, SYSCALL_CLASSES } from './classes.ts';
import { posixRegExp } from './posix-regex.ts';
import { syscallEntry, syscallName, syscallNames, syscallNumber, syscallNumbers } from './syscall-table.ts';

/** A set of system calls, as an expression such as `%file,!close` names it. */
export class SyscallSet {
  readonly #members: ReadonlySet<number>;
  readonly #inverted: boolean;

  constructor(members: Iterable<number>, inverted = false) {
    this.#members = new Set(members);
    this.#inverted = inverted;
  }

  has(nr: number): boolean {
    return this.#members.has(nr) !== this.#inverted;
  }

  /** The numbers of the table that are in the set, ascending. */
  numbers(): readonly number[] {
    return syscallNumbers().filter((nr) => this.has(nr));
  }

  /** What a tracer is to look at: as {@link numbers}, with those that no table knows, which a negated set has too. */
  selection(): 'all' | readonly number[] {
    if (!this.#inverted) return this.numbers();
    if (this.#members.size === 0) return 'all';
    return Array.from({ length: CONCEIVABLE_NUMBERS }, (_, nr) => nr).filter((nr) => this.has(nr));
  }

  /** True if the set also has the numbers that the table does not know. */
  get hasUnknown(): boolean {
    return this.#inverted;
  }

  /** An expression that gives this set again. */
  toString(): string {
    if (this.#members.size === 0) return this.#inverted ? 'all' : 'none';
    return `${this.#inverted ? '!' : ''}${[...this.#members].map(memberText).join(',')}`;
  }
}

function memberText(nr: number): string {
  return syscallEntry(nr) === undefined ? String(nr) : syscallName(nr);
}

/** Too far from a name to be a slip of the fingers. */
const FURTHEST_MISS = 3;
const HIGHEST_NUMBER = 0x3fff_ffff;
/** No kernel has had a higher one. */
const CONCEIVABLE_NUMBERS = 1024;

/**
 * Parses a set of system calls as strace's `-e trace=` takes it: names, numbers, `%class`, `/regex`, `all`, `none`,
 * separated by commas; `!` before all of it negates it; `?` before a name lets it be unknown.
 *
 * @throws RenacerError BAD_SYSCALL_SET
 * @example parseSyscallSet('%network,close')
 */
export function parseSyscallSet(expression: string): SyscallSet {
  let rest = expression.trim();
  let inverted = false;
  for (; rest.startsWith('!'); rest = rest.slice(1)) inverted = !inverted;
  if (rest === 'none') return new SyscallSet([], inverted);
  if (rest === 'all') return new SyscallSet([], !inverted);
  const tokens = rest.split(',').filter((token) => token !== '');
  if (tokens.length === 0) throw bad(expression, 'it matches no system call');
  return new SyscallSet(
    tokens.flatMap((token) => membersOf(token, expression)),
    inverted,
  );
}

function membersOf(token: string, expression: string): readonly number[] {
  const isOptional = token.startsWith('?');
  const [, name, table] = /^\?*(.*?)(?:@(64|32|x32))?$/s.exec(token)!;
  if (table !== undefined && table !== '64') {
    if (isOptional) return [];
    throw bad(
      expression,
      `"${name}@${table}": calls of ${table === '32' ? '32-bit' : 'x32'} programs have no names here`,
    );
  }
  const members = lookUp(name!, expression);
  if (members.length > 0 || isOptional) return members;
  throw bad(expression, `"${name}" is not a system call or class`, nearMiss(name!));
}

function lookUp(name: string, expression: string): readonly number[] {
  if (/^\d+$/.test(name)) return Number(name) <= HIGHEST_NUMBER ? [Number(name)] : [];
  if (name.startsWith('/')) return matching(name.slice(1).replace(/\/$/, ''), expression);
  const inClass = classMembers(name);
  if (inClass !== undefined) return inClass;
  const nr = syscallNumber(name);
  return nr === undefined ? [] : [nr];
}

function matching(pattern: string, expression: string): readonly number[] {
  let regex: RegExp;
  try {
    regex = posixRegExp(pattern);
  } catch (cause) {
    throw bad(expression, `/${pattern}/ is not a POSIX extended regular expression`, undefined, cause);
  }
  return syscallNumbers().filter((nr) => regex.test(syscallName(nr)));
}

function classMembers(name: string): readonly number[] | undefined {
  if (name === 'all') return syscallNumbers();
  const lower = name.toLowerCase();
  const bare = lower.startsWith('%') ? lower.slice(1) : BARE_CLASSES.has(lower) ? lower : undefined;
  if (bare === undefined) return undefined;
  const className = CLASS_ALIASES[bare] ?? bare;
  if (!Object.hasOwn(SYSCALL_CLASSES, className)) return undefined;
  return SYSCALL_CLASSES[className]!.flatMap((member) => syscallNumber(member) ?? []);
}

function nearMiss(name: string): string | undefined {
  const candidates = name.startsWith('%')
    ? [...Object.keys(SYSCALL_CLASSES), ...Object.keys(CLASS_ALIASES)].map((className) => `%${className}`)
    : syscallNames();
  const near = closest(name, candidates);
  return distance(name, near) <= FURTHEST_MISS ? near : undefined;
}

function bad(expression: string, reason: string, near?: string, cause?: unknown): RenacerError {
  return new RenacerError('BAD_SYSCALL_SET', `bad set of system calls "${expression}": ${reason}`, {
    hint:
      near === undefined
        ? 'It takes names (openat), numbers, classes (%file, %network, ...), /regex/, all or none, separated by commas; "!" in front negates it.'
        : `Did you mean "${near}"?`,
    cause,
  });
}
