import { readFileSync } from 'node:fs';
import { SystemCallError } from '../linux/libc.ts';
import { RenacerError } from '../model/errors.ts';

/** What keeps users from making namespaces, and the value by which it does. */
const SETTINGS: Readonly<Record<string, (value: number) => boolean>> = {
  'kernel.unprivileged_userns_clone': (value) => value === 0,
  'kernel.apparmor_restrict_unprivileged_userns': (value) => value !== 0,
  'user.max_user_namespaces': (value) => value === 0,
};

/** Does what isolation takes. What the kernel refuses is a RenacerError NO_ISOLATION, that says what to do. */
export function isolating<Result>(body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (error instanceof RenacerError || code === undefined) throw error;
    throw new RenacerError(
      'NO_ISOLATION',
      `this machine does not let Renacer isolate a command (${error instanceof SystemCallError ? error.message : `${syscall}: ${code}`})`,
      { hint: `${remedy()} Or do without, at your own risk: --no-isolation.`, cause: error },
    );
  }
}

function remedy(): string {
  const settings = Object.entries(SETTINGS).flatMap(([name, forbids]) => {
    const value = settingOf(name);
    return value !== undefined && forbids(value) ? [`${name}=${value}`] : [];
  });
  const container = 'in a container, --privileged, or --cap-add=SYS_ADMIN with seccomp and AppArmor unconfined';
  const wanted = settings.length > 0 ? `change ${settings.join(', ')} by sysctl` : container;
  return process.geteuid!() === 0
    ? `It takes CAP_SYS_ADMIN, or user namespaces: ${wanted}.`
    : `Run it as root, or let users make namespaces: ${wanted}.`;
}

function settingOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'latin1'));
  } catch {
    // This kernel does not have it.
    return undefined;
  }
}
