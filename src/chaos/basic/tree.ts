import { killRepeatedly, signalAll } from '../../linux/cgroup.ts';
import type { CgroupV1 } from '../../linux/cgroup-v1.ts';
import type { CgroupV2 } from '../../linux/cgroup-v2.ts';
import { readProcFile } from '../../linux/process-stat.ts';
import type { EscapedProcess } from '../../model/run-result.ts';
import { ifAvailable } from './group-unavailable.ts';
import { isAlive, type ProcessScan } from './process-scan.ts';
import type { RunGroups } from './run-groups.ts';

/** What holds all processes of a run together, daemons and orphans included. */
export interface Tree {
  /** For the report. */
  readonly name: string;
  /** How `pause` stops it, for the report; undefined if by signals that a program may notice. */
  readonly freezer: string | undefined;
  processIds(): number[];
  isEmpty(): boolean;
  /** Those of them that were seen outside of its control groups: limits of these did not hold them. */
  escaped(): EscapedProcess[];
  /** SIGKILL to all. Returns before they are gone. */
  kill(): void;
  /** CPU time of all of them, ended ones included, those that have escaped not, in µs. */
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
    return new GroupTree(group, groups, scan);
  }
  return new ScannedTree(scan);
}

class GroupTree implements Tree {
  readonly name: string;
  readonly freezer: string | undefined;
  readonly #group: CgroupV1 | CgroupV2;
  readonly #groups: RunGroups;
  readonly #scan: ProcessScan;
  readonly #escaped = new Map<number, EscapedProcess>();

  constructor(group: CgroupV1 | CgroupV2, groups: RunGroups, scan: ProcessScan) {
    this.#group = group;
    this.#groups = groups;
    this.#scan = scan;
    this.name = `cgroup v${group.version}`;
    if (group.canFreeze) this.freezer = `${this.name} freezer`;
  }

  processIds(): number[] {
    return [...new Set([...this.#held(), ...this.#escapees()])];
  }

  /** Groups of one size hold the same processes: then there is nothing to look for, unless there are none. */
  isEmpty(): boolean {
    const [first = 0, ...others] = this.#groups.all.map((group) => group.processIds().length);
    if (others.every((size) => size === first)) return first === 0 && this.#escapees().length === 0;
    return this.processIds().length === 0;
  }

  escaped(): EscapedProcess[] {
    return [...this.#escaped.values()];
  }

  /** Whoever has moved itself to another group is killed by signals. */
  kill(): void {
    this.#group.kill();
    killRepeatedly(() => {
      const inGroup = this.#group.processIds();
      return this.processIds().filter((pid) => !inGroup.includes(pid));
    });
  }

  /** A process may be in some of the groups only. */
  #held(): number[] {
    return this.#groups.all.flatMap((group) => group.processIds());
  }

  /** Processes of the run that are not in all of its groups. */
  #escapees(): number[] {
    const found = this.#scan.processIds();
    // What was forked while we looked is not among those found: what has been found is in the groups by now, or out of them.
    const groups = this.#groups.all.map((group) => group.processIds());
    const escapees = found.filter((pid) => groups.some((inGroup) => !inGroup.includes(pid)) && isAlive(pid));
    for (const pid of escapees) {
      // It may execute another program after it has left: the last name counts.
      const name = readProcFile(`/proc/${pid}/comm`)?.trimEnd();
      if (name !== undefined) this.#escaped.set(pid, { pid, name });
    }
    return escapees;
  }

  cpuTimeUs(): number | undefined {
    return this.#groups.all.map((group) => group.cpuTimeUs).find((time) => time !== undefined);
  }

  pause(): void {
    if (this.freezer === undefined) signalAll(this.#held(), 'SIGSTOP');
    else this.#group.freeze();
  }

  resume(): void {
    if (this.freezer === undefined) signalAll(this.#held(), 'SIGCONT');
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

  isEmpty(): boolean {
    return this.processIds().length === 0;
  }

  escaped(): EscapedProcess[] {
    return [];
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
