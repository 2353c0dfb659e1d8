import path from 'node:path';

const INTERPRETERS =
  /^(?:python|perl|ruby|node|nodejs|deno|bun|php|lua|luajit|tclsh|guile|Rscript|R|bash|dash|sh|ash|zsh|ksh|mksh|mawk|gawk|java)[\d.]*$/;

/** Whether what a program does is told by a script: its own functions say little of that. */
export function isInterpreter(program: string): boolean {
  return INTERPRETERS.test(path.basename(program));
}
