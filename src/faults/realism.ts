import { cataloguedErrors } from './errno-catalogue.ts';
import { ERRNO_FAMILIES, type ErrnoFamily } from './errno-families.ts';
import type { FdKind, RealismLevel } from './selector.ts';

/** How a call is made: what decides which errors the kernel could give it. */
export interface Situation {
  /** Undefined where the call has no descriptor, or nothing is known of it. */
  readonly fdKind: FdKind | undefined;
  /** O_NONBLOCK on the descriptor, or a flag of the call that says the same. */
  readonly nonblocking: boolean;
  /** The caller limits how long the call may take. */
  readonly hasTimeout: boolean;
  /** The call may sleep, made this way. */
  readonly canBlock: boolean;
  /** An open with O_CREAT. */
  readonly creates?: boolean;
  /** An open for writing. */
  readonly writes?: boolean;
}

/** `impossible`: no kernel gives this error to this call, made this way with valid arguments. */
export type Realism = 'likely' | 'rare' | 'impossible';

interface Term {
  readonly errno: string;
  readonly places: readonly string[];
  /** The page of the call does not name it. */
  readonly beyondPage: boolean;
}

interface Family {
  readonly likely: readonly Term[];
  readonly rare: readonly Term[];
  readonly never: readonly string[];
}

/**
 * Errors that say what the program did wrong: bad descriptors, addresses, flags, a call on the wrong kind of object.
 * A program that passes valid arguments never meets them, unless a family says so.
 */
const BUGS: ReadonlySet<string> = new Set(
  (
    'EBADF EFAULT EINVAL EDOM ENOTTY ENOTSOCK ESPIPE EISDIR EDESTADDRREQ EPROTOTYPE ENOPROTOOPT EISCONN EALREADY ' +
    'EINPROGRESS EMSGSIZE ERANGE ENOTCONN'
  ).split(' '),
);

const families: ReadonlyMap<string, Family> = new Map(
  ERRNO_FAMILIES.flatMap((family) => words(family.calls).map((call) => [call, readFamily(family)])),
);

/**
 * How real an errno would be for a call made in this way.
 *
 * @example realism('read', 'EIO', { fdKind: 'pipe', nonblocking: false, hasTimeout: false, canBlock: true }) // 'impossible'
 */
export function realism(syscall: string, errno: string, situation: Situation): Realism {
  if (errno === 'EINTR' && !situation.canBlock) return 'impossible';
  // The counter of an eventfd is never full. Who is told that it is relies on its reader to be awake.
  if (errno === 'EAGAIN' && situation.fdKind === 'eventfd' && syscall.startsWith('write')) return 'impossible';
  const family = families.get(syscall);
  const catalogued = cataloguedErrors(syscall).includes(errno);
  for (const level of ['likely', 'rare'] as const) {
    const terms = (family?.[level] ?? []).filter((term) => term.errno === errno && (term.beyondPage || catalogued));
    if (terms.length === 0) continue;
    const here = terms.map((term) => isPlace(term.places, situation));
    if (here.includes(true)) return level;
    return here.includes(undefined) ? 'rare' : 'impossible';
  }
  return catalogued && !BUGS.has(errno) && !family?.never.includes(errno) ? 'rare' : 'impossible';
}

/** Whether an errno is `likely` for a call made in this way, which is looked at only if that matters. */
export function isLikely(syscall: string, errno: string, situation: () => Situation): boolean {
  if (!errorsEver(syscall, 'likely').includes(errno)) return false;
  const isAnywhere = families.get(syscall)!.likely.some((term) => term.errno === errno && term.places.length === 0);
  return (isAnywhere && errno !== 'EINTR') || realism(syscall, errno, situation()) === 'likely';
}

/**
 * The errors to choose from for a call made in this way, in alphabetical order: what is `likely`, or, for `any`, all
 * that is known of the call.
 */
export function errorsFor(syscall: string, situation: Situation, level: RealismLevel): string[] {
  const family = families.get(syscall);
  const beyond = [...(family?.likely ?? []), ...(family?.rare ?? [])].filter((term) => term.beyondPage);
  const known = new Set([...cataloguedErrors(syscall), ...beyond.map((term) => term.errno)]);
  return [...known].filter((errno) => level === 'any' || realism(syscall, errno, situation) === 'likely').sort();
}

/** Every error that {@link errorsFor} may give of this call, however it is made. */
export function errorsEver(syscall: string, level: RealismLevel): string[] {
  const family = families.get(syscall);
  if (level === 'any') return [...cataloguedErrors(syscall), ...(family?.likely ?? []).map(({ errno }) => errno)];
  const catalogued = cataloguedErrors(syscall);
  return (family?.likely ?? [])
    .filter((term) => term.beyondPage || catalogued.includes(term.errno))
    .map(({ errno }) => errno);
}

/** Whether one of the places is where the call is made; undefined if that depends on a descriptor of unknown kind. */
function isPlace(places: readonly string[], situation: Situation): boolean | undefined {
  if (places.length === 0) return true;
  const holds: Readonly<Record<string, boolean | undefined>> = {
    nonblocking: situation.nonblocking,
    timeout: situation.hasTimeout,
    blocking: situation.canBlock,
    creates: situation.creates === true,
    writes: situation.writes === true,
  };
  const answers = places.map((place) => {
    if (place in holds) return holds[place];
    return situation.fdKind === undefined ? undefined : place === situation.fdKind;
  });
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function readFamily({ likely, rare = '', never = '' }: ErrnoFamily): Family {
  return { likely: words(likely).map(readTerm), rare: words(rare).map(readTerm), never: words(never) };
}

function readTerm(text: string): Term {
  const [, plus, errno, places] = /^(\+?)(E[A-Z0-9]+)(?:@(.+))?$/.exec(text)!;
  return { errno: errno!, places: places?.split('|') ?? [], beyondPage: plus === '+' };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}
