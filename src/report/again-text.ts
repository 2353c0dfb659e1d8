/** The command that shows a finding again, as a shell takes it, and a little shorter: with `~` for the home directory. */
export function againText(again: string, home: string | undefined): string {
  if (home === undefined || again.includes("'")) return again;
  return again
    .split(' ')
    .map((word) => (word.startsWith(`${home}/`) ? `~${word.slice(home.length)}` : word))
    .join(' ');
}
