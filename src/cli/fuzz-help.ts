/** What `renacer fuzz --help` says before it lists the options. */
export const FUZZ_HELP = `Usage: renacer fuzz [options] -- COMMAND [ARG...]

Finds defects that one failure alone does not show: runs a command again and again, each time with another mixture of adversity (failing calls, short transfers, signals, delays, little room, another order of tasks), for a minute. What a run takes badly is replayed, and made as small as it gets: two faults, if it needs two. Each run works in a copy of the current directory, and can change nothing else.

Examples:
  renacer fuzz -- ./save notes.txt
  renacer fuzz --for 10m --report fuzz.json -- make check
  renacer fuzz --runs 500 --seed 1000 --verify 'git fsck' -- git commit -qam x
  renacer fuzz --kinds errors,signals --only %file -- ./backup.sh

Findings, worst first: corrupted, damaged, crashed, hung, spinning, silent (see renacer help sweep). Each is shown three times by another engine before it is told, and comes with a line that shows it again. The exit code is 0 without findings, 1 with findings, 125 for Renacer's own failure.
`;
