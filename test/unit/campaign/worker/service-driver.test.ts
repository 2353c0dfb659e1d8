import { expect, it } from 'vitest';
import { type RunningClient, ServiceDriver } from '../../../../src/campaign/worker/service-driver.ts';
import type { CheckResult } from '../../../../src/model/sweep.ts';

const PASSED: CheckResult = { passed: true, status: 0, timedOut: false, output: 'hello' };
const FAILED: CheckResult = { passed: false, status: 7, timedOut: false, output: '' };
const ENDED: CheckResult = { passed: false, status: 137, timedOut: true, output: '' };

/** A service whose clients end in this way, each after so many steps; `undefined`: never. */
function driven(ready: boolean, ...clients: readonly (CheckResult | undefined)[]): ServiceDriver {
  const left = [...clients];
  const startClient = (): RunningClient => {
    const result = left.shift();
    return { poll: () => result, end: () => ENDED };
  };
  return new ServiceDriver({ isReady: () => ready, startClient, limitMs: 500 });
}

it('waits until it is ready', () => {
  const driver = driven(false, PASSED);
  expect(driver.step(1)).toBe('wait');
  expect(driver.phase).toBe('starting');
  driver.ended(true);
  expect(driver.served()).toEqual({ ready: false, client: undefined, again: undefined, endedEarly: false });
});

it('has it end when its client is content', () => {
  const driver = driven(true, PASSED);
  expect(driver.step(1)).toBe('terminate');
  expect(driver.phase).toBe('ending');
  expect(driver.step(2)).toBe('wait');
  driver.ended(false);
  expect(driver.served()).toEqual({ ready: true, client: PASSED, again: undefined, endedEarly: false });
});

it('asks once more after a failure', () => {
  const driver = driven(true, FAILED, PASSED);
  expect(driver.clientMs).toBeUndefined();
  expect([1, 2, 3].map((nowMs) => driver.step(nowMs))).toEqual(['wait', 'terminate', 'wait']);
  expect(driver.clientMs).toBe(1);
  expect(driver.served()).toEqual({ ready: true, client: FAILED, again: PASSED, endedEarly: false });
});

it('ends clients that get no answer', () => {
  const driver = driven(true, undefined, undefined);
  expect([1, 400, 501, 900, 1001].map((nowMs) => driver.step(nowMs))).toEqual([
    'wait',
    'wait',
    'wait',
    'wait',
    'terminate',
  ]);
  expect(driver.served()).toEqual({ ready: true, client: ENDED, again: ENDED, endedEarly: false });
});

it('gives up a service that does not end', () => {
  const driver = driven(true, PASSED);
  expect([1, 400, 501].map((nowMs) => driver.step(nowMs))).toEqual(['terminate', 'wait', 'give up']);
  driver.ended(true);
  expect(driver.served()).toEqual({ ready: true, client: PASSED, again: undefined, endedEarly: false });
});

it('tells that a service has ended by itself', () => {
  const early = driven(false);
  early.step(1);
  early.ended(false);
  expect(early.served()).toEqual({ ready: false, client: undefined, again: undefined, endedEarly: true });

  const served = driven(true, undefined);
  served.step(1);
  served.ended(false);
  expect(served.served()).toEqual({ ready: true, client: ENDED, again: undefined, endedEarly: true });
});
