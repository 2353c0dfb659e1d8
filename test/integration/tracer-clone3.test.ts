import { describe, expect, it } from 'vitest';
import { guest, hasCompiler } from '../support/guests.ts';
import { renacer } from '../support/renacer.ts';

const INVALID = 'Invalid argument';
const MISSING = 'Function not implemented';

describe.skipIf(!hasCompiler)('clone3 for an untraced child (needs cc)', () => {
  const answers = (...options: string[]): string[] =>
    renacer(['--engine', 'ptrace', '-f', '-o', '/dev/null', ...options, '--', guest('clone3-sizes')])
      .stdout.trim()
      .split('\n')
      .map((line) => line.replace(/^\d+: /, ''));

  it('is not there, as on an older kernel; what is refused anyway is refused as by this one', () => {
    expect(answers()).toEqual([INVALID, INVALID, MISSING, MISSING, 'Argument list too long']);
  });

  it('is what a rule makes of it', () => {
    expect(answers('-e', 'inject=clone3:retval=42')).toEqual(['42', '42', '42', '42', '42']);
    expect(answers('-e', 'inject=clone3:error=EAGAIN:when=3:strace')).toEqual([
      INVALID,
      INVALID,
      'Resource temporarily unavailable',
      MISSING,
      'Argument list too long',
    ]);
  });

  it('is delayed by a rule, and not there all the same', () => {
    expect(answers('-e', 'inject=clone3:delay_enter=1ms')[2]).toBe(MISSING);
  });
});
