const CONTEXT = 1;

/**
 * What differs between two texts, as in a unified diff: the stretch from the first line that differs to the last one, a line of context, long
 * stretches cut. At most `most` lines.
 *
 * @example textDiff('a\nb\nc\n', 'a\nc\n', 8) // [' a', '-b', ' c']
 */
export function textDiff(good: string, now: string, most: number): readonly string[] {
  const [old, fresh] = [linesOf(good), linesOf(now)];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && old.at(-1 - end) === fresh.at(-1 - end)) end++;
  const before = old.slice(Math.max(0, start - CONTEXT), start);
  const after = end > 0 ? old.slice(old.length - end, old.length - end + CONTEXT) : [];
  const room = Math.max(2, most - before.length - after.length);
  const gone = old.slice(start, old.length - end);
  const come = fresh.slice(start, fresh.length - end);
  const forGone = come.length === 0 ? room : gone.length === 0 ? 0 : Math.max(Math.ceil(room / 2), room - come.length);
  return [
    ...before.map((line) => ` ${line}`),
    ...cut(gone, '-', forGone),
    ...cut(come, '+', room - Math.min(gone.length, forGone)),
    ...after.map((line) => ` ${line}`),
  ].map(printable);
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return text.split(/(?<=\n)/).map((line) => (line.endsWith('\n') ? line.slice(0, -1) : `${line} (no end of line)`));
}

function cut(lines: readonly string[], sign: string, most: number): readonly string[] {
  if (lines.length <= most) return lines.map((line) => sign + line);
  if (most < 1) return [];
  const shown = lines.slice(0, most - 1).map((line) => sign + line);
  return [...shown, `${sign}... (${(lines.length - shown.length).toLocaleString('en-US')} lines)`];
}

/** One line of a terminal, of bytes that may be anything. */
export function printable(line: string): string {
  const text = Buffer.from(line, 'latin1').toString('utf8');
  const clean = [...text].map((char) => (/[\p{C}\ufffd]/u.test(char) && char !== '\t' ? '.' : char)).join('');
  return clean.length > 100 ? `${clean.slice(0, 97)}...` : clean;
}

/** More than a few bytes of it are no text. */
export function isBinary(text: string): boolean {
  return text.slice(0, 1000).includes('\0');
}
