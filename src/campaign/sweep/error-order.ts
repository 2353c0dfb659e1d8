/** Errors by how plain they are: what a failing or full disk, a full table or memory brings, first. */
const PLAIN: readonly string[] =
  'EIO ENOSPC EMFILE ENOMEM EBUSY EAGAIN ECONNRESET ECONNREFUSED EPIPE ENOENT EACCES EROFS EDQUOT ENFILE EINTR ETIMEDOUT EEXIST EPERM'.split(
    ' ',
  );

/** Errors that say the same of another limit: a program that tells them apart is rare. */
const TWINS: Readonly<Record<string, string>> = { EDQUOT: 'ENOSPC', ENFILE: 'EMFILE' };

/** Errors that stay once they have come, until somebody does something about it. */
const LASTING: ReadonlySet<string> = new Set('EIO ENOSPC EDQUOT EMFILE ENFILE ENOMEM EROFS EACCES'.split(' '));

/** The plainest first. */
export function byPlainness(errors: readonly string[]): string[] {
  return [...errors].sort((a, b) => plainness(a) - plainness(b) || (a < b ? -1 : 1));
}

/** How plain an error is: less is plainer. */
export function plainness(errno: string): number {
  const index = PLAIN.indexOf(errno);
  return index < 0 ? PLAIN.length : index;
}

/** Those that say something of their own, in their order: not a full quota beside a full disk. */
export function withoutTwins(errors: readonly string[]): string[] {
  return errors.filter((errno) => !errors.includes(TWINS[errno] ?? ''));
}

/** Those that may last, one of a kind. */
export function lasting(errors: readonly string[]): string[] {
  return withoutTwins(errors).filter((errno) => LASTING.has(errno));
}
