import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { walkerForArm, walkerForX86 } from '../../../../src/linux/machine-code/table-walker.ts';

const SOURCE = new URL('../../../../src/linux/machine-code/table-walker.ts', import.meta.url);

function canRun(...command: string[]): boolean {
  return spawnSync(command[0]!, command.slice(1)).status === 0;
}

/** Lines of objdump: the bytes, then the instruction. */
function disassemble(objdump: string, machine: string, code: Uint8Array): string[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-code-'));
  try {
    const file = path.join(directory, 'code');
    writeFileSync(file, code);
    const text = execFileSync(objdump, ['-D', '-b', 'binary', '-m', machine, file], { encoding: 'utf8' });
    return [...text.matchAll(/^\s*[0-9a-f]+:\t([0-9a-f ]+)\t(.*)$/gm)].map(([, bytes, instruction]) =>
      normal(`${bytes} ${instruction}`),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Without the names and distances of jumps, and spaces as they come. */
function normal(line: string): string {
  return line
    .replace(/\/\/.*$/, '')
    .replace(/(\b(?:j\w+|b|b\.cc|cbz\s+\w+,)\s+)(?:0x[0-9a-f]+|[a-z]+)\s*$/, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What the comment above a function says. */
function documented(name: string): string[] {
  const [comment = ''] = readFileSync(SOURCE, 'utf8').split(`export function ${name}(`).slice(0, 1);
  const lines = comment.slice(comment.lastIndexOf('/**')).split('\n');
  return lines
    .map((line) => /^ \* {5}((?:[0-9a-f]{2} ?)+|[0-9a-f]{8}) +(?:\w+: +)?(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, bytes, instruction]) => normal(`${bytes} ${instruction}`));
}

describe('the table walker', () => {
  it.skipIf(!canRun('objdump', '--version'))('is on x86-64 what its comment says', () => {
    const lines = disassemble('objdump', 'i386:x86-64', walkerForX86());
    expect(lines).toEqual(documented('walkerForX86'));
    expect(lines).toHaveLength(26);
  });

  it.skipIf(!canRun('aarch64-linux-gnu-objdump', '--version'))('is on arm64 what its comment says', () => {
    const lines = disassemble('aarch64-linux-gnu-objdump', 'aarch64', walkerForArm());
    expect(lines).toEqual(documented('walkerForArm'));
    expect(lines).toHaveLength(22);
  });
});
