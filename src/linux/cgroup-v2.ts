import path from 'node:path';
import { Cgroup, killRepeatedly, sleepSync } from './cgroup.ts';
import { cpuQuota, NO_QUOTA } from './cgroup-v1.ts';

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

  /** Undefined: no limit. Swap would only put the end off. Throws ENOENT without the memory controller. */
  limitMemory(bytes: number | undefined): void {
    this.write('memory.max', bytes ?? 'max');
    this.tryWrite('memory.swap.max', bytes === undefined ? 'max' : 0);
  }

  /** Linux 5.19 and later. */
  get memoryPeak(): number | undefined {
    return this.number('memory.peak');
  }

  /**
   * Processes killed at this group's own limit. memory.events counts those of limits above and below too; the local `oom`
   * tells whether this limit was ever the reason.
   */
  get oomKills(): number | undefined {
    return this.keyed('memory.events.local', 'oom') === 0 ? 0 : this.keyed('memory.events', 'oom_kill');
  }

  /** Undefined: no limit. */
  limitCpu(fraction: number | undefined): void {
    const { quotaUs, periodUs } = fraction === undefined ? NO_QUOTA : cpuQuota(fraction);
    this.write('cpu.max', `${quotaUs < 0 ? 'max' : quotaUs} ${periodUs}`);
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
   * Whether processes can be in it at all: not below a group that hands controllers down while it has processes of its
   * own. (The kernel allows that for cpu, and makes the group "threaded": joining one below it is then EOPNOTSUPP.)
   */
  get canHoldProcesses(): boolean {
    return this.tryRead('cgroup.type') !== 'domain invalid';
  }

  /**
   * Hands controllers down to groups below. Unless this is the root of all, it may then have no processes of its own
   * ("no internal processes"): they move to a group `renacer-home` below, where they notice nothing. `takeBack` is the
   * way home.
   */
  handDown(controllers: readonly string[]): void {
    const missing = controllers.filter((name) => !this.handedDown.includes(name));
    if (!this.isRoot && !this.isEmpty) this.moveIntoHome();
    if (missing.length === 0) return;
    try {
      this.write('cgroup.subtree_control', missing.map((name) => `+${name}`).join(' '));
    } catch (error) {
      this.takeBack();
      throw error;
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

  /** Only the root of the hierarchy has no type; the root of a cgroup namespace has one. */
  private get isRoot(): boolean {
    return this.tryRead('cgroup.type') === undefined;
  }

  /** Of any processes, those of other pid namespaces included. */
  private get isEmpty(): boolean {
    return this.tryRead('cgroup.procs') === '';
  }

  private get home(): CgroupV2 {
    return new CgroupV2(path.join(this.directory, HOME_NAME));
  }

  private moveIntoHome(): void {
    const home = this.home;
    if (home.tryRead('cgroup.procs') === undefined) home.create();
    drain(this, home);
    if (this.isEmpty) return;
    this.takeBack();
    throw Object.assign(new Error(`not every process of ${this.directory} could be moved`), { code: 'EBUSY' });
  }
}

/** Moves all processes of one group that we can see, those forked meanwhile too. */
function drain(from: Cgroup, to: Cgroup): void {
  for (let round = 0; round < 20; round++) {
    const processIds = from.ownProcessIds();
    if (processIds.length === 0) return;
    for (const pid of processIds) to.tryWrite('cgroup.procs', pid);
  }
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean);
}
