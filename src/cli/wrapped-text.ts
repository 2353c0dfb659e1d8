import { fstatSync } from 'node:fs';

const MIN_WIDTH = 40;
const MAX_WIDTH = 100;
const STDOUT = 1;

/** Lines that are indented stay as they are. */
export function wrapText(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (/^(Usage|\s)/.test(line) ? [line] : wrap(line, width())))
    .join('\n');
}

export function wrap(text: string, columns: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** How wide text for stdout may be. Only a terminal has columns, and `process.stdout` takes milliseconds to say of others that they have none. */
export function width(): number {
  const columns = mayBeTerminal(STDOUT) ? process.stdout.columns : undefined;
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, (columns ?? Number(process.env.COLUMNS)) || 80));
}

function mayBeTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    // It is closed.
    return false;
  }
}
