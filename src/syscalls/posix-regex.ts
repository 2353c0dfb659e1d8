const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** What a backslash means beyond POSIX in the C library of GNU; before anything else it makes it stand for itself. */
const GNU_ESCAPES: Readonly<Record<string, string>> = {
  w: '\\w',
  W: '\\W',
  s: '\\s',
  S: '\\S',
  b: '\\b',
  B: '\\B',
  '<': '\\b(?=\\w)',
  '>': '\\b(?<=\\w)',
  '`': '^',
  "'": '$',
};

/**
 * A POSIX extended regular expression (regex(7)), as strace takes it, in JavaScript's. It is for finding out whether a text
 * matches: which of several matches is taken differs. Throws SyntaxError if it is none.
 */
export function posixRegExp(pattern: string): RegExp {
  let source = '';
  for (let i = 0; i < pattern.length; ) {
    const rest = pattern.slice(i);
    const [piece, length] = rest.startsWith('[') ? bracket(rest) : rest.startsWith('\\') ? escaped(rest) : plain(rest);
    source += piece;
    i += length;
  }
  return new RegExp(source);
}

type Piece = readonly [source: string, length: number];

/** A question mark after a quantifier is one more of them here, and makes it lazy in JavaScript. */
function repeated(rest: string): Piece | undefined {
  const [run] = /^[?*+]{2,}/.exec(rest) ?? [];
  if (run === undefined) return undefined;
  return [/^\++$/.test(run) ? '+' : /^\?+$/.test(run) ? '?' : '*', run.length];
}

function plain(rest: string): Piece {
  if (/^\}[?*+]/.test(rest)) throw new SyntaxError('something to repeat after "}"');
  if (/^\([?*+{]/.test(rest)) throw new SyntaxError(`nothing to repeat after "("`);
  return repeated(rest) ?? [rest[0] === '/' ? '\\/' : rest[0]!, 1];
}

function escaped(rest: string): Piece {
  const character = rest[1];
  if (character === undefined) throw new SyntaxError('a backslash at the end');
  if (/[1-9]/.test(character)) return [`\\${character}`, 2];
  return [GNU_ESCAPES[character] ?? literal(character), 2];
}

/** `[^]a-z[:digit:]]`: a bracket at the beginning, and every backslash, is a member. */
function bracket(rest: string): Piece {
  const [opening] = /^\[\^?\]?/.exec(rest)!;
  let source = opening.startsWith('[^') ? '[^' : '[';
  if (opening.endsWith(']')) source += '\\]';
  for (let i = opening.length; i < rest.length; ) {
    if (rest[i] === ']') return [`${source}]`, i + 1];
    const [whole, kind, name] = /^\[([:.=])(.*?)\1\]/.exec(rest.slice(i)) ?? [];
    if (whole === undefined) {
      source += rest[i] === '-' ? '-' : literal(rest[i]!);
      i += 1;
      continue;
    }
    const members = kind === ':' ? CLASSES[name!] : name!.length === 1 ? literal(name!) : undefined;
    if (members === undefined) throw new SyntaxError(`unknown class ${whole}`);
    source += members;
    i += whole.length;
  }
  throw new SyntaxError('a "[" without its "]"');
}

function literal(character: string): string {
  return /[A-Za-z0-9_]/.test(character) ? character : `\\${character}`;
}
