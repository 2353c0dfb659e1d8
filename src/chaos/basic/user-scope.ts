import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sleepSync } from '../../linux/cgroup.ts';
import type { Hierarchy } from '../../linux/cgroup-hierarchies.ts';
import { childProcess } from '../../linux/late-modules.ts';
import { GroupUnavailable } from './group-unavailable.ts';

/** A systemd scope of the user's own manager, in which groups may be made ("delegated"). */
export interface UserScope {
  readonly directory: string;
  close(): void;
}

/**
 * Asks the user's systemd for a scope. A holder process keeps it alive; it ends when this process does, and systemd
 * removes the scope. Other processes can be moved into it only if the group above both is the user's too, which is so in
 * a desktop session's terminals, but not in an ssh session. Throws GroupUnavailable. See systemd-run(1).
 */
export function openUserScope(name: string, hierarchy: Hierarchy): UserScope {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  if (runtime === undefined || !existsSync(path.join(runtime, 'systemd/private'))) {
    throw new GroupUnavailable('no systemd user manager');
  }
  const unit = `${name}.scope`;
  const options = ['--user', '--scope', '--quiet', '--collect', `--unit=${unit}`, '--property=Delegate=yes'];
  const holder = childProcess().spawn('systemd-run', [...options, 'cat'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  holder.on('error', () => {});
  holder.unref();
  const close = (): void => {
    holder.stdin?.destroy();
    childProcess().spawnSync('systemctl', ['--user', 'stop', unit], { stdio: 'ignore', timeout: 2000 });
  };
  const directory = waitForScope(holder.pid, unit, hierarchy);
  if (directory !== undefined && mayMoveInto(directory, hierarchy)) return { directory, close };
  close();
  throw new GroupUnavailable(
    directory === undefined
      ? 'systemd-run --user made no scope'
      : 'the systemd user scope is out of reach from this session (start Renacer by `systemd-run --user --scope -p Delegate=yes`)',
  );
}

/** systemd-run moves itself into the scope, then becomes the holder. */
function waitForScope(pid: number | undefined, unit: string, hierarchy: Hierarchy): string | undefined {
  if (pid === undefined) return undefined;
  for (let ms = 0; ms < 500; ms += 5) {
    try {
      const group = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1];
      if (group?.endsWith(`/${unit}`)) return path.join(hierarchy.mountPoint, group);
    } catch {
      return undefined;
    }
    sleepSync(5);
  }
  return undefined;
}

/** The kernel wants write access to cgroup.procs of the nearest group above both ends of a move. */
function mayMoveInto(directory: string, { own }: Hierarchy): boolean {
  let above = path.dirname(directory);
  while (own !== above && !own?.startsWith(`${above}/`) && above !== '/') above = path.dirname(above);
  try {
    accessSync(path.join(above, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
