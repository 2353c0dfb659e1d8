type CharTest = (char: string) => boolean;

/** One state of the automaton that a glob is: `step` leads to the next one, `stay` keeps it for another character. */
interface State {
  readonly step: CharTest;
  readonly stay?: CharTest;
  /** It may be passed over: on coming to it (`first`), or after each character that it kept as well (`always`). */
  readonly skip?: 'first' | 'always';
}

const never: CharTest = () => false;
const any: CharTest = () => true;
const notSlash: CharTest = (char) => char !== '/';

/**
 * A test for paths, of a glob as fnmatch(3) reads it with FNM_PATHNAME: `*` is any text without a slash, `?` one
 * character but a slash, `[a-z]` and `[!a-z]` one of a class, a backslash takes the next character as it is. `**` is
 * any text, slashes included, and a `**` that is a whole part may also stand for no part at all. A leading dot is a
 * character as any other: a fault should not miss a hidden file. `{GLOB,GLOB}` is any of several.
 *
 * It takes time in proportion to the path, since the target chooses paths: no backtracking.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const tests = alternativesOf(glob).map(compileOne);
  return (path) => tests.some((matches) => matches(path));
}

/** The globs of `{GLOB,GLOB}`; any other is its only one. */
export function alternativesOf(glob: string): readonly string[] {
  const several = /^\{(.*)\}$/s.exec(glob)?.[1];
  return several === undefined ? [glob] : (several.match(/(?:\\.|[^\\,])+/gs) ?? []);
}

/** The glob that only these paths match. */
export function globOf(paths: readonly string[]): string {
  const literal = paths.map((path) => path.replaceAll(/[\\*?[{},]/g, '\\$&'));
  return literal.length === 1 ? literal[0]! : `{${literal.join(',')}}`;
}

function compileOne(glob: string): (path: string) => boolean {
  const states: State[] = [];
  for (let i = 0; i < glob.length; ) {
    const [length, state] = nextState(glob, i);
    states.push(state);
    i += length;
  }
  const enter = (active: Set<number>, state: number) => {
    for (active.add(state); states[state]?.skip !== undefined; active.add(state)) state += 1;
  };
  return (path) => {
    let active = new Set<number>();
    enter(active, 0);
    for (const char of path) {
      const next = new Set<number>();
      for (const index of active) {
        const state = states[index];
        if (state?.step(char)) enter(next, index + 1);
        if (!state?.stay?.(char)) continue;
        if (state.skip === 'always') enter(next, index);
        else next.add(index);
      }
      if (next.size === 0) return false;
      active = next;
    }
    return active.has(states.length);
  };
}

/** The state that the text at `i` stands for, and how long that text is. */
function nextState(glob: string, i: number): [length: number, state: State] {
  const rest = glob.slice(i, i + 3);
  if (rest === '**/' && (i === 0 || glob[i - 1] === '/')) {
    return [3, { step: (char) => char === '/', stay: any, skip: 'first' }];
  }
  if (rest.startsWith('**')) return [2, { step: never, stay: any, skip: 'always' }];
  const char = String.fromCodePoint(glob.codePointAt(i)!);
  if (char === '*') return [1, { step: never, stay: notSlash, skip: 'always' }];
  if (char === '?') return [1, { step: notSlash }];
  if (char === '[') {
    const set = /\[([!^]?)(\]?[^\]]*)\]/sy;
    set.lastIndex = i;
    const found = set.exec(glob);
    // As in fnmatch(3), a bracket that is not closed is a character.
    if (found !== null) return [found[0].length, { step: classTest(found[1] !== '', [...found[2]!]) }];
  }
  if (char !== '\\' || i + 1 === glob.length) return [char.length, { step: (other) => other === char }];
  const escaped = String.fromCodePoint(glob.codePointAt(i + 1)!);
  return [1 + escaped.length, { step: (other) => other === escaped }];
}

/** A class never holds a slash. Ranges that run backwards hold nothing. */
function classTest(negated: boolean, members: readonly string[]): CharTest {
  const ranges: [low: string, high: string][] = [];
  for (let i = 0; i < members.length; i++) {
    const low = members[i]!;
    const isRange = members[i + 1] === '-' && i + 2 < members.length;
    ranges.push([low, isRange ? members[i + 2]! : low]);
    if (isRange) i += 2;
  }
  return (char) => char !== '/' && ranges.some(([low, high]) => low <= char && char <= high) !== negated;
}
