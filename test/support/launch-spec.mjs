/** What a Launcher is told of a command that has all as this process has it. */
export function launchSpec(argv) {
  return {
    file: argv[0],
    argv,
    env: [],
    cwd: undefined,
    stdio: [0, 1, 2],
    inheritedFds: [],
    rlimits: [],
    filter: undefined,
    noNewPrivileges: false,
  };
}
