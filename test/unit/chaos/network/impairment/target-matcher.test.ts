import { expect, it } from 'vitest';
import { TargetMatcher } from '../../../../../src/chaos/network/impairment/target-matcher.ts';

const any = (port: number) => ({ address: undefined, prefix: 128, port });

it('a port may be meant by targets with that port, without one, or if there are no targets', () => {
  expect(new TargetMatcher([]).mayMatch(80)).toBe(true);
  expect(new TargetMatcher([any(81)]).mayMatch(80)).toBe(false);
  expect(new TargetMatcher([any(81), any(80)]).mayMatch(80)).toBe(true);
  expect(new TargetMatcher([{ address: '10.0.0.0', prefix: 8, port: undefined }]).mayMatch(80)).toBe(true);
});

it('an address alone has a prefix that is longer than its bits', () => {
  const matcher = new TargetMatcher([{ address: '10.1.2.3', prefix: 128, port: undefined }]);
  expect(['10.1.2.3', '10.1.2.2', '::1'].map((peer) => matcher.matches(peer, 1))).toEqual([true, false, false]);
});
