import { killRepeatedly, signalAll } from '../../linux/cgroup.ts';
import type { CgroupV1 } from '../../linux/cgroup-v1.ts';
import type { CgroupV2 } from '../../linux/cgroup-v2.ts';
import { ifAvailable } from './group-unavailable.ts';
import type { ProcessScan } from './process-scan.ts';
import type { RunGroups } from './run-groups.ts';

/** What holds all processes of a run together, daemons and orphans included. */
export interface Tree {
  /** For the report. */
  readonly name: string;
  /** How `pause` stops it, for the report; undefined if by signals that a program may notice. */
  readonly freezer: string | undefined;
  processIds(): number[];
  /** SIGKILL to all. Returns before they are gone. */
  kill(): void;
  /** CPU time of all of them, ended ones included, in µs. */
  cpuTimeUs(): number | undefined;
  pause(): void;
  resume(): void;
}

/**
 * The best container for the tree that this machine lets us have: cgroup v2 (it kills in one step, and needs no
 * controllers for that), else the v1 freezer, else a v1 group that a limit has made anyway, else a scan of /proc.
 */
export function makeTree(groups: RunGroups, scan: ProcessScan): Tree {
  const candidates: (() => CgroupV1 | CgroupV2)[] = [
    () => groups.v2(),
    () => groups.v1('freezer'),
    () => groups.v1('memory'),
    () => groups.v1('cpu'),
  ];
  for (const candidate of candidates) {
    const group = ifAvailable(candidate);
    if (group === undefined) continue;
    if (group.cpuTimeUs === undefined) ifAvailable(() => groups.v1('cpuacct'));
    return new GroupTree(group, groups);
  }
  return new ScannedTree(scan);
}

class GroupTree implements Tree {
  readonly name: string;
  readonly freezer: string | undefined;
  readonly #group: CgroupV1 | CgroupV2;
  readonly #groups: RunGroups;

  constructor(group: CgroupV1 | CgroupV2, groups: RunGroups) {
    this.#group = group;
    this.#groups = groups;
    this.name = `cgroup v${group.version}`;
    if (group.canFreeze) this.freezer = `${this.name} freezer`;
  }

  processIds(): number[] {
    return this.#group.processIds();
  }

  kill(): void {
    this.#group.kill();
  }

  cpuTimeUs(): number | undefined {
    return this.#groups.all.map((group) => group.cpuTimeUs).find((time) => time !== undefined);
  }

  pause(): void {
    if (this.freezer === undefined) signalAll(this.processIds(), 'SIGSTOP');
    else this.#group.freeze();
  }

  resume(): void {
    if (this.freezer === undefined) signalAll(this.processIds(), 'SIGCONT');
    else this.#group.thaw();
  }
}

class ScannedTree implements Tree {
  readonly name = 'scan of /proc (no cgroup)';
  readonly freezer = undefined;
  readonly #scan: ProcessScan;

  constructor(scan: ProcessScan) {
    this.#scan = scan;
  }

  processIds(): number[] {
    return this.#scan.processIds();
  }

  kill(): void {
    killRepeatedly(() => this.processIds());
  }

  cpuTimeUs(): number | undefined {
    return this.#scan.cpuTimeUs();
  }

  pause(): void {
    signalAll(this.processIds(), 'SIGSTOP');
  }

  resume(): void {
    signalAll(this.processIds(), 'SIGCONT');
  }
}
