import { expect, it } from 'vitest';
import { withoutStderr } from '../../../src/linux/without-stderr.ts';

it('keeps process.stderr closed meanwhile, and only meanwhile', () => {
  const before = Object.getOwnPropertyDescriptor(process, 'stderr');
  expect(withoutStderr(() => process.stderr)).toEqual({ isTTY: false });
  expect(Object.getOwnPropertyDescriptor(process, 'stderr')).toEqual(before);
  const failing = (): never => {
    throw new Error('it failed');
  };
  expect(() => withoutStderr(failing)).toThrow('it failed');
  expect(Object.getOwnPropertyDescriptor(process, 'stderr')).toEqual(before);
});
