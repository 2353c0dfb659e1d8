import { describe, expect, it } from 'vitest';
import { effective, maskOf } from '../../../src/linux/pending-signals.ts';

const SIGHUP = 1;
const SIGTERM = 15;
const SIGCHLD = 17;
const masks = (part: Partial<Parameters<typeof effective>[0]>) =>
  effective({ pending: 0n, blocked: 0n, ignored: 0n, caught: 0n, ...part });

describe('a signal that waits would do something', () => {
  it('if it is neither blocked nor ignored', () => {
    const pending = maskOf([SIGHUP, SIGTERM]);
    expect(masks({ pending })).toBe(pending);
    expect(masks({ pending, blocked: maskOf([SIGHUP]) })).toBe(maskOf([SIGTERM]));
    expect(masks({ pending, ignored: maskOf([SIGTERM]) })).toBe(maskOf([SIGHUP]));
  });

  it('if it has a handler where it is ignored by default', () => {
    const pending = maskOf([SIGCHLD]);
    expect(masks({ pending })).toBe(0n);
    expect(masks({ pending, caught: pending })).toBe(pending);
  });

  it('up to the last one', () => expect(masks({ pending: maskOf([64]) })).toBe(1n << 63n));
});
