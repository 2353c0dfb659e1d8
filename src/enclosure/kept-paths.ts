import { existsSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { isWithin, outermost } from './private-directories.ts';

/** What says which files a command needs. */
export interface CommandWords {
  readonly file: string;
  readonly argv: readonly string[];
  /** `NAME=value`. */
  readonly env: readonly string[];
}

/** Variables that name a directory to write to: that is made anew, and empty. */
const WRITTEN = ['TMPDIR', 'TMP', 'TEMP', 'XDG_RUNTIME_DIR'];
/** Files that every program may need, and that are often links to a private directory. */
const ALWAYS = ['/etc/resolv.conf', '/etc/localtime', '/etc/hosts'];

export interface KeptPaths {
  /** Files and directories that stay visible, by their real paths; none is within another. */
  readonly visible: readonly string[];
  /** Directories that are made, and are empty. */
  readonly made: readonly string[];
}

/** Of the paths that a command is told of, those in directories that are private, and so would not be there. */
export function keptPaths(words: CommandWords, privates: readonly string[], input: string): KeptPaths {
  const isHidden = (file: string): boolean =>
    privates.some((directory) => file !== directory && isWithin(file, directory)) && !isWithin(file, input);
  const [written, read] = split(words.env, (variable) => WRITTEN.includes(variable.split('=', 1)[0]!));
  const made = written.flatMap(pathsIn).flatMap(real).filter(isHidden);
  const named = [words.file, ...words.argv, ...read].flatMap(pathsIn);
  const visible = [...ALWAYS, ...named].flatMap(real).filter(isHidden);
  const isDirectory = (file: string): boolean => statSync(file).isDirectory();
  return {
    visible: outermost([...new Set(visible)].filter((file) => !made.includes(file))),
    made: [...new Set(made)].filter(isDirectory),
  };
}

/** `--file=/tmp/a:/tmp/b` names two. */
function pathsIn(word: string): string[] {
  return word.split(/[=:,]/).flatMap((part) => {
    const start = part.indexOf('/');
    return start === -1 ? [] : [path.normalize(part.slice(start)).replace(/(.)\/+$/, '$1')];
  });
}

function real(file: string): string[] {
  return existsSync(file) ? [realpathSync(file)] : [];
}

function split<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
