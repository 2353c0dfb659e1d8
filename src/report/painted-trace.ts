import { createColors } from './colors.ts';

const colors = createColors(true);

/** What is painted, in the order in which it is looked for. What is in none of these stays as it is. */
const PAINTS = {
  name: colors.yellow,
  string: colors.magenta,
  comment: colors.cyan,
  mark: colors.dim,
  failure: colors.red,
  result: colors.green,
  end: colors.bold,
  constant: colors.blue,
  number: colors.magenta,
} as const;

/**
 * The pieces of a line. A name begins a call, behind what may stand before it (ids, times, numbers in brackets); a result is
 * behind the last parenthesis.
 */
const PIECES = new RegExp(
  [
    String.raw`(?<name>(?<=^(?:\[pid +\S+\] +|[\d.:<>()+\[\]\s]|\d+<\S+>)*)[a-z_]\w*(?=\())`,
    String.raw`(?<string>"(?:[^"\\]|\\.)*"(?:\.\.\.)?)`,
    String.raw`(?<comment>/\*.*?\*/)`,
    String.raw`(?<mark><unfinished \.\.\.>|<\.\.\. \w+ resumed>| <\d+(?:\.\d+)?>$)`,
    String.raw`(?<failure>(?<=\) += )(?:-1|\?) E\w+ \([^)]*\))`,
    String.raw`(?<result>(?<=\) += )(?:0x[0-9a-f]+|-?\d+|\?))`,
    String.raw`(?<end>^.*(?:\+\+\+ .* \+\+\+|--- SIG.* ---)$)`,
    String.raw`(?<constant>\b[A-Z][A-Z0-9_]*[A-Z][A-Z0-9_]*\b)`,
    String.raw`(?<number>(?<!pid +)(?<=[ (=[{|*])(?:0x[0-9a-f]+|-?\d+)(?![\w.:]))`,
  ].join('|'),
  'g',
);

/** A line of strace's text, or a piece of one, in the colours of a terminal (those of strace). */
export function painted(line: string): string {
  return line.replace(PIECES, (piece, ...rest) => {
    const groups = rest.at(-1) as Partial<Record<keyof typeof PAINTS, string>>;
    const kind = (Object.keys(PAINTS) as (keyof typeof PAINTS)[]).find((name) => groups[name] !== undefined);
    return kind === undefined ? piece : PAINTS[kind](piece);
  });
}
