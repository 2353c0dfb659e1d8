import { describe, expect, it } from 'vitest';
import { syscallName } from '../../../../src/syscalls/syscall-table.ts';
import { visibleCalls } from '../../../../src/tracer/turns/calls.ts';
import { sleepingCalls } from '../../../../src/tracer/turns/sleeping.ts';

describe('calls under turns', () => {
  it('are points if another task can see what they do', () => {
    const names = visibleCalls().map(syscallName);
    expect(names).toEqual(expect.arrayContaining(['openat', 'write', 'lseek', 'futex', 'kill', 'mkdir', 'clone3']));
    for (const name of ['mmap', 'brk', 'getpid', 'rt_sigprocmask', 'clock_gettime']) expect(names).not.toContain(name);
  });

  it('that may sleep are points, too: who sleeps has to come to a stop before', () => {
    const visible = new Set(visibleCalls());
    const sleeping = sleepingCalls();
    expect(sleeping.length).toBeGreaterThan(40);
    expect(sleeping.filter((nr) => !visible.has(nr))).toEqual([]);
  });
});
