import { CAP, hasCapability } from '../../linux/capabilities.ts';
import { Launcher } from '../../linux/launcher.ts';
import type { ResourceLimit } from '../../linux/rlimits.ts';
import type { Scene } from './scene.ts';

/** What starts the subject of a scene there, traced, as often as wanted: laid out once. `rlimits`: what it may have at most. */
export function sceneLauncher({ subject, workplace, stdio }: Scene, rlimits: readonly ResourceLimit[] = []): Launcher {
  return new Launcher({
    file: subject.file,
    argv: subject.argv,
    env: subject.env,
    cwd: workplace.directory,
    stdio: stdio.fds,
    renewsStdio: true,
    inheritedFds: [],
    rlimits,
    signals: { blocked: 0n, ignored: [] },
    filter: undefined,
    noNewPrivileges: !hasCapability(CAP.SYS_ADMIN),
    newSession: true,
    closesOthers: true,
    namespaces: workplace.namespaces,
  });
}
