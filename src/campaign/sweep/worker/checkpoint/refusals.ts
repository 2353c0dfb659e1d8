/** What /proc says of a process that stands at its checkpoint. */
export interface Looks {
  /** /proc/PID/status. */
  readonly status: string;
  /** /proc/PID/task/PID/children. */
  readonly children: string;
  /** /proc/PID/fdinfo, by descriptor. */
  readonly descriptors: ReadonlyMap<number, string>;
  /** /proc/PID/maps. */
  readonly maps: string;
  /** /proc/PID/timers. */
  readonly timers: string;
}

const STDIO = [0, 1, 2];

/**
 * Why copies of a process would not be what it is itself; undefined if they would. A copy of one thread has its memory and shares its open files. It has
 * none of its locks, timers and children; what it does to a file that another one has open, or to memory that others share, is done to that.
 *
 * `changing`: directories whose files are put back between runs, so that nobody may hold them.
 */
export function refusalOf(
  { status, children, descriptors, maps, timers }: Looks,
  changing: readonly string[],
): string | undefined {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  if (field('Threads') !== '1') return 'it has threads';
  if (children.trim() !== '') return 'it has children';
  if ([field('SigPnd'), field('ShdPnd')].some((mask) => /[1-9a-f]/.test(mask))) return 'a signal waits for it';
  if (timers !== '') return 'it has timers';
  if ([...descriptors.keys()].sort((a, b) => a - b).join() !== STDIO.join()) return 'it has files open';
  for (const info of descriptors.values()) {
    if (!/^pos:\t0$/m.test(info)) return 'it has read or written';
    if (/^lock:/m.test(info)) return 'it holds a lock';
  }
  for (const line of maps.split('\n')) {
    const [, permissions, file = ''] = /^\S+ (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    if (permissions?.endsWith('s')) return 'it shares memory';
    if (changing.some((directory) => file.startsWith(`${directory}/`))) return `it executes or maps ${file}`;
  }
  return undefined;
}
