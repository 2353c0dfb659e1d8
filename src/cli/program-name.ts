import path from 'node:path';

/** The name that Renacer was called by, which its messages begin with: a link to it may be called `strace`. */
export function programName(): string {
  const name = path.basename(process.argv[1] ?? '');
  // A module that Node was given by its path is no program.
  return name === '' || /\.[cm]?[jt]s$/.test(name) ? 'renacer' : name;
}
