import { describe, expect, it } from 'vitest';
import { SignalHandlers } from '../../../src/faults/signal-handlers.ts';
import { callOf, taskOf } from '../../support/stopped-call.ts';

const SA_RESTART = 0x10000000;
const [SIGINT, SIGSEGV, SIGCHLD] = [2, 11, 17];

/** What is known of a process that has set handlers for these signals, with these flags. */
function after(...set: readonly (readonly [signal: number, flags: number])[]): string {
  const handlers = new SignalHandlers();
  const task = taskOf();
  for (const [signal, flags] of set) {
    const action = new DataView(new ArrayBuffer(16));
    action.setBigUint64(0, 0x401000n, true);
    action.setUint32(8, flags, true);
    const call = callOf(task, 'rt_sigaction', [signal, 0x7000]);
    handlers.onSigaction({ ...call, read: () => new Uint8Array(action.buffer) });
  }
  return handlers.of(task);
}

describe('the handlers of a process', () => {
  it('interrupt calls, unless all of them have SA_RESTART', () => {
    expect(after()).toBe('none');
    expect(after([SIGCHLD, SA_RESTART], [SIGINT, SA_RESTART])).toBe('all-restart');
    expect(after([SIGCHLD, SA_RESTART], [SIGINT, 0])).toBe('some-do-not');
  });

  it('of what a task does itself do not: it sleeps in the call', () => {
    expect(after([SIGSEGV, 0])).toBe('none');
    expect(after([SIGSEGV, 0], [SIGCHLD, SA_RESTART])).toBe('all-restart');
  });
});
