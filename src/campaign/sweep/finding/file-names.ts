/** How people call a file: those of the work directory from there on, our own that stand for stdout and stderr by what they are. */
export function shortName(name: string, input: string): string {
  const stream = /^\/memfd:(\w+)/.exec(name);
  if (stream) return stream[1]!;
  return name.startsWith(`${input}/`) ? name.slice(input.length + 1) : name;
}

/** Whether it has a name of its own: pipes and sockets have a number. */
export function isNamed(path: string): boolean {
  return path.startsWith('/');
}
