/** What `renacer sweep --help` says before it lists the options. */
export const SWEEP_HELP = `Usage: renacer sweep [options] -- COMMAND [ARG...]

Finds the error-handling defects of a command: makes every system call that matters fail, one after the other, each in a run of its own, and says which failures the command takes badly. Each run works in a copy of the current directory, and can change nothing else.

Examples:
  renacer sweep -- zip -qm backup.zip notes.txt
  renacer sweep --verify 'unzip -tq b.zip' --report sweep.json -- ./save.sh
  renacer sweep --quick --fail-on corrupted,damaged -- make
  renacer sweep --ready tcp:8080 --drive 'curl -f localhost:8080' -- ./server

Findings, worst first:
  corrupted  exit status 0, and other results, or a failed check
  damaged    it failed, and a file is neither as before nor as it should be
  crashed    a process died of a signal that nobody had sent
  hung       it waits for what will never come
  spinning   it repeats the failing call without end
  silent     it failed without a word

Each is shown three times by another engine before it is told, and comes with a line that shows it again. The exit code is 0 without findings, 1 with findings, 125 for Renacer's own failure.
`;
