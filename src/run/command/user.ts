import { type User, userByName } from '../../linux/users.ts';
import { RenacerError } from '../../model/errors.ts';

/** Whom a command is to run as. Throws USER_REFUSED. */
export function userOf(name: string): User {
  if (process.geteuid?.() !== 0) {
    throw new RenacerError('USER_REFUSED', `only root may run a command as another user (${JSON.stringify(name)})`);
  }
  const user = userByName(name);
  if (user) return user;
  throw new RenacerError('USER_REFUSED', `there is no user ${JSON.stringify(name)} here`, {
    hint: 'Give the name of a user as in /etc/passwd.',
  });
}
