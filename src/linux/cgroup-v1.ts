import { Cgroup, killRepeatedly, signalAll, sleepSync } from './cgroup.ts';

/** The kernel takes no quota below this, and no period above (kernel/sched/core.c: min_cfs_quota_period, max_cfs_quota_period). */
const MIN_QUOTA_US = 1000;
const MAX_PERIOD_US = 1_000_000;
const USUAL_PERIOD_US = 100_000;

/** Stands for "no limit" in the files of a group. */
const NO_LIMIT = -1;
export const NO_QUOTA: { readonly quotaUs: number; readonly periodUs: number } = {
  quotaUs: NO_LIMIT,
  periodUs: USUAL_PERIOD_US,
};

/** The kernel charges memory in batches of 256 KiB: a limit may be met while the use is that far below. */
const NEAR_BYTES = 2 ** 20;

/** The smallest fraction of a CPU that a quota can express. */
export const MIN_CPU_FRACTION: number = MIN_QUOTA_US / MAX_PERIOD_US;

/** A fraction of one CPU as the kernel's quota and period, in µs. What is too small becomes the smallest. */
export function cpuQuota(fraction: number): { readonly quotaUs: number; readonly periodUs: number } {
  const quotaUs = Math.round(fraction * USUAL_PERIOD_US);
  if (quotaUs >= MIN_QUOTA_US) return { quotaUs, periodUs: USUAL_PERIOD_US };
  return {
    quotaUs: MIN_QUOTA_US,
    periodUs: Math.min(MAX_PERIOD_US, Math.round(MIN_QUOTA_US / Math.max(fraction, 1e-9))),
  };
}

/** A group of one cgroup v1 hierarchy. Which of its files exist depends on the hierarchy's controllers. */
export class CgroupV1 extends Cgroup {
  readonly version = 1;

  /**
   * Memory and, where the kernel accounts for it, memory plus swap. Rounded down to pages. Undefined: no limit. Throws EBUSY if more is in
   * use, and can't be freed.
   */
  limitMemory(bytes: number | undefined): void {
    const wanted = bytes ?? NO_LIMIT;
    // The second is never below the first: who goes up begins with it.
    const rises = bytes === undefined || bytes > (this.number('memory.limit_in_bytes') ?? 0);
    if (rises) this.tryWrite('memory.memsw.limit_in_bytes', wanted);
    this.write('memory.limit_in_bytes', wanted);
    if (!rises) this.tryWrite('memory.memsw.limit_in_bytes', wanted);
  }

  get memoryPeak(): number | undefined {
    return this.number('memory.max_usage_in_bytes');
  }

  /**
   * Processes killed at this group's own limit. v1 counts those of limits above too; use that never came near this one
   * tells them apart. (memory.failcnt would say it better, but stays 0 in newer kernels: seen in 6.18.)
   */
  get oomKills(): number | undefined {
    const room = (this.number('memory.limit_in_bytes') ?? 0) - (this.memoryPeak ?? 0);
    return room > NEAR_BYTES ? 0 : this.keyed('memory.oom_control', 'oom_kill');
  }

  /** Undefined: no limit. Throws EINVAL if a group above allows less. */
  limitCpu(fraction: number | undefined): void {
    const { quotaUs, periodUs } = fraction === undefined ? NO_QUOTA : cpuQuota(fraction);
    this.write('cpu.cfs_period_us', periodUs);
    this.write('cpu.cfs_quota_us', quotaUs);
  }

  get throttledUs(): number | undefined {
    const nanoseconds = this.keyed('cpu.stat', 'throttled_time');
    return nanoseconds === undefined ? undefined : nanoseconds / 1000;
  }

  /** CPU time of all that ever ran here, if this hierarchy has cpuacct. */
  get cpuTimeUs(): number | undefined {
    const nanoseconds = this.number('cpuacct.usage');
    return nanoseconds === undefined ? undefined : nanoseconds / 1000;
  }

  get canFreeze(): boolean {
    return this.tryRead('freezer.state') !== undefined;
  }

  /** Stops every task where it is, without a signal. It takes effect within moments, not at once. */
  freeze(): void {
    this.write('freezer.state', 'FROZEN');
  }

  thaw(): void {
    this.tryWrite('freezer.state', 'THAWED');
  }

  /** SIGKILL to all. A frozen tree can't fork away from us; it dies when it is thawed. */
  kill(): void {
    if (this.canFreeze) {
      this.tryWrite('freezer.state', 'FROZEN');
      for (let ms = 0; ms < 50 && this.tryRead('freezer.state') === 'FREEZING'; ms++) sleepSync(1);
      signalAll(this.processIds(), 'SIGKILL');
      this.thaw();
    }
    killRepeatedly(() => this.processIds());
  }
}
