/** The headings under which the help lists the options. */
export const GROUPS = {
  basic: 'Chaos (memory, CPU, time, signals)',
  network: 'Chaos (the network)',
  byzantine: 'Chaos (system calls that fail and lie)',
  results: 'Results',
  tracing: 'Tracing (as strace)',
  filtering: 'Which calls and signals are traced',
  showing: 'How they are shown',
  counting: 'Counting',
} as const;

export type Group = (typeof GROUPS)[keyof typeof GROUPS];
