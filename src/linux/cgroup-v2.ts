import path from 'node:path';
import { Cgroup, killRepeatedly, sleepSync } from './cgroup.ts';
import { cpuQuota } from './cgroup-v1.ts';

/** Where our own group's processes wait while it hands controllers to its children. */
export const HOME_NAME = 'renacer-home';

/** A group of the cgroup v2 hierarchy. See the kernel's Documentation/admin-guide/cgroup-v2.rst. */
export class CgroupV2 extends Cgroup {
  readonly version = 2;

  /** The controllers that this group itself has. */
  get controllers(): string[] {
    return words(this.tryRead('cgroup.controllers'));
  }

  /** The controllers that groups right below have. */
  get handedDown(): string[] {
    return words(this.tryRead('cgroup.subtree_control'));
  }

  /** Swap would only put the end off. Throws ENOENT without the memory controller. */
  limitMemory(bytes: number): void {
    this.write('memory.max', bytes);
    this.tryWrite('memory.swap.max', 0);
  }

  /** Linux 5.19 and later. */
  get memoryPeak(): number | undefined {
    return this.number('memory.peak');
  }

  get oomKills(): number | undefined {
    return this.keyed('memory.events', 'oom_kill');
  }

  limitCpu(fraction: number): void {
    const { quotaUs, periodUs } = cpuQuota(fraction);
    this.write('cpu.max', `${quotaUs} ${periodUs}`);
  }

  get throttledUs(): number | undefined {
    return this.keyed('cpu.stat', 'throttled_usec');
  }

  /** CPU time of all that ever ran here: every group has it, with or without the cpu controller. */
  get cpuTimeUs(): number | undefined {
    return this.keyed('cpu.stat', 'usage_usec');
  }

  get canFreeze(): boolean {
    return this.tryRead('cgroup.freeze') !== undefined;
  }

  /** Stops every task where it is, without a signal. It takes effect within moments, not at once. */
  freeze(): void {
    this.write('cgroup.freeze', 1);
  }

  thaw(): void {
    this.tryWrite('cgroup.freeze', 0);
  }

  /** SIGKILL to all, groups below included, forks in progress too (Linux 5.14; before that, by signals). */
  kill(): void {
    if (this.tryWrite('cgroup.kill', 1)) return;
    this.tryWrite('cgroup.freeze', 1);
    killRepeatedly(() => this.processIds());
    this.thaw();
  }

  /**
   * Hands controllers down to groups below. Unless this is the root of all, the kernel refuses (EBUSY) while the group
   * itself has processes ("no internal processes"): then they move to a group `renacer-home` below, where they notice
   * nothing. `takeBack` is the way home.
   */
  handDown(controllers: readonly string[]): void {
    const missing = controllers.filter((name) => !this.handedDown.includes(name));
    if (missing.length === 0) return;
    const request = missing.map((name) => `+${name}`).join(' ');
    try {
      this.write('cgroup.subtree_control', request);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
      this.moveIntoHome();
      try {
        this.write('cgroup.subtree_control', request);
      } catch (again) {
        this.takeBack();
        throw again;
      }
    }
  }

  /** Undoes `handDown`: brings the processes back and removes `renacer-home`. Harmless where there is none. */
  takeBack(): void {
    const home = this.home;
    if (home.tryRead('cgroup.procs') === undefined) return;
    const request = this.handedDown.map((name) => `-${name}`).join(' ');
    if (request !== '') this.tryWrite('cgroup.subtree_control', request);
    drain(home, this);
    for (let ms = 0; ms < 50 && !home.remove(); ms++) {
      drain(home, this);
      sleepSync(1);
    }
  }

  private get home(): CgroupV2 {
    return new CgroupV2(path.join(this.directory, HOME_NAME));
  }

  private moveIntoHome(): void {
    const home = this.home;
    if (home.tryRead('cgroup.procs') === undefined) home.create();
    if (drain(this, home)) return;
    this.takeBack();
    throw Object.assign(new Error(`not every process of ${this.directory} could be moved`), { code: 'EBUSY' });
  }
}

/** Moves all processes of one group, those forked meanwhile too. False if some would not move. */
function drain(from: Cgroup, to: Cgroup): boolean {
  for (let round = 0; round < 20; round++) {
    const processIds = from.ownProcessIds();
    if (processIds.length === 0) return true;
    for (const pid of processIds) to.tryWrite('cgroup.procs', pid);
  }
  return false;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean);
}
