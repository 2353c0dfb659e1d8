import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const MAX_BYTES = 4 * 1024 * 1024;

/** A line of source code. */
export interface SourceExcerpt {
  readonly line: number;
  readonly text: string;
  /** What is pointed at: where in the text, and how long it is. */
  readonly at: number;
  readonly length: number;
}

/**
 * The line that a frame's `source` (`src/main.c:12`) names, if the file can be found: at its path, below one of the directories, or
 * by its name in one of them. `names` are those of the functions called there: the first one in the line is pointed at.
 */
export function sourceExcerpt(
  source: string,
  directories: readonly string[],
  names: readonly string[],
): SourceExcerpt | undefined {
  const [, file, number] = /^(.*):(\d+)$/.exec(source) ?? [];
  if (file === undefined || number === undefined) return undefined;
  const candidates = [
    ...directories.map((one) => path.resolve(one, file)),
    ...directories.map((one) => path.join(one, path.basename(file))),
  ];
  for (const candidate of path.isAbsolute(file) ? [file, ...candidates] : candidates) {
    const text = readText(candidate)?.split('\n')[Number(number) - 1];
    if (text !== undefined && text.trim() !== '')
      return { line: Number(number), ...pointed(text.replaceAll('\t', '    '), names) };
  }
  return undefined;
}

function pointed(text: string, names: readonly string[]): Omit<SourceExcerpt, 'line'> {
  const whole = text.trimEnd();
  for (const name of names) {
    const at = new RegExp(`\\b${name.replaceAll(/\W/g, '\\$&')}\\s*\\(`).exec(whole)?.index;
    if (at !== undefined) return { text: whole, at, length: name.length };
  }
  const at = whole.search(/\S/);
  return { text: whole, at, length: whole.length - at };
}

/** Undefined if it is not there, can't be read, or is no source of a sensible size. */
function readText(file: string): string | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= MAX_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
