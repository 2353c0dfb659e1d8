import { pidNamespace, readProcessStat } from '../../linux/process-stat.ts';

/**
 * Names the process that owns a run, and the run within it. It is found again on whatever a killed Renacer leaves: in
 * the names of its control groups and in the mark of its processes.
 */
export interface RunIdentity {
  readonly pid: number;
  /** Clock ticks since boot: pids are used again. */
  readonly startTime: number;
  /** Another pid namespace's processes are not ours to judge. */
  readonly namespace: number;
  /** Counts the runs of one process. */
  readonly ordinal: number;
}

let runs = 0;

/** The identity of a new run of this process. */
export function newRunIdentity(): RunIdentity {
  return {
    pid: process.pid,
    startTime: readProcessStat('self')?.startTime ?? 0,
    namespace: pidNamespace('self') ?? 0,
    ordinal: runs++,
  };
}

/** `renacer-PID-STARTTIME-NAMESPACE-ORDINAL` */
export function groupName({ pid, startTime, namespace, ordinal }: RunIdentity): string {
  return `renacer-${pid}-${startTime}-${namespace}-${ordinal}`;
}

/** The identity in the name of a group, or undefined for groups that are none of ours. */
export function parseGroupName(name: string): RunIdentity | undefined {
  const match = /^renacer-(\d+)-(\d+)-(\d+)-(\d+)$/.exec(name);
  if (match === null) return undefined;
  const [pid, startTime, namespace, ordinal] = match.slice(1).map(Number) as [number, number, number, number];
  return { pid, startTime, namespace, ordinal };
}

/** True if the owner of the run has certainly ended. */
export function isDead(run: Pick<RunIdentity, 'pid' | 'startTime' | 'namespace'>): boolean {
  if (run.namespace !== pidNamespace('self')) return false;
  const owner = readProcessStat(run.pid);
  return owner === undefined || owner.startTime !== run.startTime || owner.state === 'Z' || owner.state === 'X';
}
