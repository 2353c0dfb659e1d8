/** The headings under which the help lists the options. */
export const GROUPS = {
  basic: 'Chaos (memory, CPU, time, signals)',
  network: 'Chaos (network)',
  byzantine: 'Chaos (system call faults)',
  full: 'Chaos (order of tasks, scenarios)',
  results: 'Results',
  tracing: 'Tracing (as in strace)',
  filtering: 'Filters of the trace',
  showing: 'Format of the trace',
  counting: 'Counting',
} as const;

export type Group = (typeof GROUPS)[keyof typeof GROUPS];
