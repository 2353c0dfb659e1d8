/**
 * A test for paths, of a glob as fnmatch(3) reads it with FNM_PATHNAME: `*` is any text without a slash, `?` one
 * character but a slash, `[a-z]` and `[!a-z]` one of a class, a backslash takes the next character as it is. `**` is
 * any text, slashes included, and a `**` that is a whole part may also stand for no part at all. A leading dot is a
 * character as any other: a fault should not miss a hidden file.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  let source = '';
  for (let i = 0; i < glob.length; ) {
    const [token, pattern] = nextToken(glob, i);
    source += pattern;
    i += token.length;
  }
  const expression = new RegExp(`^${source}$`, 's');
  return (path) => expression.test(path);
}

/** The token that starts at `i`, and the regular expression that means the same. */
function nextToken(glob: string, i: number): [token: string, pattern: string] {
  const rest = glob.slice(i);
  if (rest.startsWith('**/') && (i === 0 || glob[i - 1] === '/')) return ['**/', '(?:.*/)?'];
  const stars = /^\*+/.exec(rest)?.[0];
  if (stars !== undefined) return [stars, stars.length === 1 ? '[^/]*' : '.*'];
  const [char = ''] = rest;
  if (char === '?') return [char, '[^/]'];
  if (char === '\\' && rest.length > 1) return [rest.slice(0, 2), literal(rest[1]!)];
  const set = char === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/s.exec(rest) : null;
  // As in fnmatch(3), a bracket that is not closed is a character.
  return set === null ? [char, literal(char)] : [set[0], classPattern(set[1] !== '', set[2]!)];
}

/** A class never matches a slash. Ranges that run backwards hold nothing. */
function classPattern(negated: boolean, members: string): string {
  const parts: string[] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i]!;
    const high = members[i + 1] === '-' && i + 2 < members.length ? members[i + 2]! : low;
    if (high !== low) i += 2;
    if (low <= high) parts.push(low === high ? unit(low) : `${unit(low)}-${unit(high)}`);
  }
  if (negated) return `[^/${parts.join('')}]`;
  return parts.length === 0 ? '(?!)' : `(?!/)[${parts.join('')}]`;
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}

function unit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
