import { errnoNameOf, errnoNumberOf } from '../syscalls/errnos.ts';
import { signalNameOf, signalNumber } from '../syscalls/signals.ts';

/**
 * Errnos and signals by the names that strace takes in `-e inject=`: the kernel-internal errnos (512 and above) too, but
 * no aliases, such as EWOULDBLOCK or SIGIOT.
 */

const MAX_ERRNO = 4095;

/** The number of an errno name, in any case; undefined if there is none. */
export function errnoByName(name: string): number | undefined {
  const number = errnoNumberOf(name.toUpperCase());
  return number !== undefined && errnoNameOf(number) === name.toUpperCase() ? number : undefined;
}

/** The name of an errno, or undefined if the number has none. */
export function errnoName(errno: number): string | undefined {
  return errnoNameOf(errno);
}

/** Every name that `errnoByName` knows. */
export function errnoNames(): readonly string[] {
  names ??= Array.from({ length: MAX_ERRNO }, (_, index) => errnoNameOf(index + 1)).filter(
    (name) => name !== undefined,
  );
  return names;
}

let names: readonly string[] | undefined;

/** The number of a signal name, in any case, with or without `SIG`; undefined if there is none. */
export function signalByName(name: string): number | undefined {
  const number = signalNumber(name);
  const canonical = number === undefined ? undefined : signalNameOf(number);
  return canonical?.replace(/^SIG/, '') === name.toUpperCase().replace(/^SIG/, '') ? number : undefined;
}
