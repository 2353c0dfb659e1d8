import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { coverage } from '../../../src/syscalls/coverage.ts';
import { decodingPage } from '../../../src/syscalls/decoding-page.ts';

const levelOf = (name: string): string | undefined => coverage().find((call) => call.name === name)?.level;

describe('what is decoded', () => {
  it('is told of every call', () => {
    expect(coverage()).toHaveLength(383);
    expect(levelOf('openat')).toBe('fully');
    expect(levelOf('ioctl')).toBe('partly');
    expect(levelOf('vserver')).toBe('as numbers');
  });

  it('is everything but obsolete calls', () => {
    const numbers = coverage().filter(({ level }) => level === 'as numbers');
    expect(numbers.length).toBeLessThanOrEqual(18);
  });

  it('stands in docs/decoding.md (npm run decoding)', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/decoding.md'), 'utf8');
    expect(page).toBe(decodingPage());
  });
});
