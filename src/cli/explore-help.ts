/** What `renacer explore --help` says before it lists the options. */
export const EXPLORE_HELP = `Usage: renacer explore [options] -- COMMAND [ARG...]

Finds races: runs a command again and again, each time with another order of its tasks (processes and threads), until it fails. The failing order is replayed, made as simple as it gets, and shown switch by switch. One task runs at a time; nothing is recompiled. Each run works in a copy of the current directory, and can change nothing else.

Examples:
  renacer explore -- ./threads-test
  renacer explore --verify 'test "$(cat n)" = 2' -- sh -c './add & ./add & wait'
  renacer explore --bound 2 -- ./threads-test
  renacer explore --for 10m --keep-going --report races.json -- make check

Failures: an outcome that --expect does not name (a failed check is "corrupted"), and a deadlock unless "hung" is expected. A failure counts if the same switches lead to it again, and if the order without any switch is right. The exit code is 0 without a failure, 1 with one, 125 for Renacer's own failure.
`;
