import path from 'node:path';
import type { Cgroup } from '../../linux/cgroup.ts';
import { type Hierarchy, readHierarchies } from '../../linux/cgroup-hierarchies.ts';
import { CgroupV1 } from '../../linux/cgroup-v1.ts';
import { CgroupV2, HOME_NAME } from '../../linux/cgroup-v2.ts';
import { GroupUnavailable } from './group-unavailable.ts';
import type { Guard } from './guard.ts';
import { openUserScope, type UserScope } from './user-scope.ts';

/**
 * The control groups of one run: one below our own group in each hierarchy that a part of the run needs, made when it
 * is first asked for, removed together.
 */
export class RunGroups {
  readonly #name: string;
  readonly #guard: Guard | undefined;
  readonly #hierarchies: readonly Hierarchy[];
  readonly #made = new Map<string, CgroupV1 | CgroupV2>();
  #handedDown: CgroupV2 | undefined;
  #scope: UserScope | undefined;

  /** `guard` is told of each before it is made. */
  constructor(name: string, hierarchies: readonly Hierarchy[] = readHierarchies(), guard?: Guard) {
    this.#name = name;
    this.#guard = guard;
    this.#hierarchies = hierarchies;
  }

  get all(): readonly (CgroupV1 | CgroupV2)[] {
    return [...this.#made.values()];
  }

  /** The run's group in the v1 hierarchy of a controller. Throws GroupUnavailable. */
  v1(controller: string): CgroupV1 {
    const hierarchy = this.#hierarchies.find((one) => one.version === 1 && one.controllers.includes(controller));
    if (hierarchy === undefined) throw new GroupUnavailable(`no cgroup v1 hierarchy has the ${controller} controller`);
    return this.#make(ownGroup(hierarchy), (directory) => new CgroupV1(directory)) as CgroupV1;
  }

  /** The run's group in cgroup v2, with these controllers. Throws GroupUnavailable. */
  v2(controllers: readonly string[] = []): CgroupV2 {
    const hierarchy = this.#hierarchies.find((one) => one.version === 2);
    if (hierarchy === undefined) throw new GroupUnavailable('cgroup v2 is not mounted');
    return this.#v2Below(new CgroupV2(v2Base(ownGroup(hierarchy))), controllers);
  }

  /** The run's group below a systemd user scope made for it: for users who may not make groups themselves. Throws GroupUnavailable. */
  scope(controllers: readonly string[]): CgroupV2 {
    const hierarchy = this.#hierarchies.find((one) => one.version === 2);
    if (hierarchy === undefined) throw new GroupUnavailable('cgroup v2 is not mounted');
    this.#scope ??= openUserScope(this.#name, hierarchy);
    return this.#v2Below(new CgroupV2(this.#scope.directory), controllers);
  }

  #v2Below(base: CgroupV2, controllers: readonly string[]): CgroupV2 {
    const lacking = controllers.filter((name) => !base.controllers.includes(name));
    if (lacking.length > 0) throw new GroupUnavailable(`cgroup v2 offers no ${lacking.join(', ')} controller here`);
    const group = this.#make(base.directory, (directory) => new CgroupV2(directory)) as CgroupV2;
    if (controllers.some((name) => !group.controllers.includes(name))) {
      this.#guard?.base(base.directory);
      try {
        base.handDown(controllers);
      } catch (error) {
        throw new GroupUnavailable(`${base.directory} can't hand down ${controllers.join(', ')}: ${reason(error)}`);
      }
      this.#handedDown = base;
    }
    if (!group.canHoldProcesses) {
      if (group.remove()) this.#made.delete(group.directory);
      throw new GroupUnavailable(`${base.directory} is in use as a threaded group`);
    }
    return group;
  }

  /** One attempt to remove everything. False while processes are still leaving. */
  remove(): boolean {
    for (const [key, group] of this.#made) if (group.remove()) this.#made.delete(key);
    if (this.#made.size > 0) return false;
    if (this.#handedDown !== undefined) takeBackIfUnused(this.#handedDown);
    this.#handedDown = undefined;
    this.#scope?.close();
    this.#scope = undefined;
    return true;
  }

  /**
   * Removes everything, and waits for processes that are still on their way out. Resolves to the groups that are not removed after
   * `patienceMs`, in words: their processes hang in the kernel.
   */
  async dispose(patienceMs = 5000): Promise<string[]> {
    for (let pause = 1, waited = 0; !this.remove(); waited += pause, pause = Math.min(50, pause * 2)) {
      if (waited > patienceMs) {
        return this.all.map((group) => `${group.directory} (processes: ${group.processIds().join(' ') || 'none'})`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return [];
  }

  #make(parent: string, open: (directory: string) => CgroupV1 | CgroupV2): Cgroup {
    const directory = path.join(parent, this.#name);
    const known = this.#made.get(directory);
    if (known !== undefined) return known;
    const group = open(directory);
    this.#guard?.group(directory);
    try {
      group.create();
    } catch (error) {
      throw new GroupUnavailable(`no group can be made in ${parent}: ${reason(error)}`);
    }
    this.#made.set(directory, group);
    return group;
  }
}

/** Takes the processes of a v2 group back from `renacer-home`, unless another run still needs its controllers. */
export function takeBackIfUnused(base: CgroupV2): void {
  if (!base.childNames().some((name) => name.startsWith('renacer-') && name !== HOME_NAME)) base.takeBack();
}

/** A run before this one may have moved us into `renacer-home`: then our own group is the one above. */
export function v2Base(own: string): string {
  return path.basename(own) === HOME_NAME ? path.dirname(own) : own;
}

function ownGroup({ own, readOnly, mountPoint }: Hierarchy): string {
  if (readOnly) throw new GroupUnavailable(`${mountPoint} is mounted read-only`);
  if (own === undefined) throw new GroupUnavailable(`Renacer's own group is not visible below ${mountPoint}`);
  return own;
}

function reason(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'it is read-only',
    EBUSY: 'it has processes that could not be moved',
    ENOENT: 'it is not there',
  };
  const { code, message } = error as NodeJS.ErrnoException;
  return words[code ?? ''] ?? message;
}
