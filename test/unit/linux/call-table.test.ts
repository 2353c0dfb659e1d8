import { describe, expect, it } from 'vitest';
import { CallTable } from '../../../src/linux/call-table.ts';
import { functionAt } from '../../../src/linux/libc.ts';
import { executable, type Way } from '../../../src/linux/machine-code/executable.ts';
import { X86Assembler } from '../../../src/linux/machine-code/x86-64.ts';
import { SYS } from '../../../src/linux/syscall-numbers.ts';
import { Waiter } from '../../../src/linux/wait.ts';

const EBADF = 9;

/** The exit status of a child that makes these calls. */
function statusOf(table: CallTable): number {
  const waiter = new Waiter();
  const pid = table.start();
  expect(waiter.task(pid)).toBe(pid);
  return waiter.status >> 8;
}

describe('a table of calls', () => {
  it('is walked by a child, as often as it is started', () => {
    const table = new CallTable(4096);
    table.call(SYS.gettid);
    table.call(SYS.exit_group, 7);
    expect([statusOf(table), statusOf(table), statusOf(table)]).toEqual([7, 7, 7]);
    expect(table.failure).toBeUndefined();
    table.free();
  });

  it('branches where a call fails, and names it', () => {
    const table = new CallTable(4096);
    table.call(SYS.gettid);
    table.call(SYS.close, 999_999);
    table.call(SYS.exit_group, 1);
    table.failuresLeadHere();
    table.call(SYS.exit_group, 2);
    expect(statusOf(table)).toBe(2);
    expect(table.failure).toEqual({ name: 'close', errno: EBADF });
    table.free();
  });

  it('goes on behind a call that fails and leads nowhere', () => {
    const table = new CallTable(4096);
    table.call(SYS.close, 999_999);
    table.call(SYS.exit_group, 3);
    expect(statusOf(table)).toBe(3);
    table.free();
  });

  it('takes all six arguments of a call', () => {
    const table = new CallTable(4096);
    const from = table.bytes(Buffer.from('x'));
    // sendto(2) with an address that can't be: EBADF comes first.
    table.call(SYS.sendto, 999_999, from, 1, 0, from, 16);
    table.call(SYS.exit_group, 0);
    statusOf(table);
    expect(table.failure).toEqual({ name: 'sendto', errno: EBADF });
    table.free();
  });

  it('refuses more calls than it has rows', () => {
    const table = new CallTable(4096);
    expect(() => {
      for (let row = 0; row < 300; row++) table.call(SYS.gettid);
    }).toThrow('too many rows');
    table.free();
  });
});

describe.runIf(process.arch === 'x64')('code that is made executable', () => {
  /** Returns its argument. */
  const identity = new X86Assembler().move('rax', 'rdi').return().assemble();

  it.each<Way>(['mprotect', 'memfd'])('by %s', (way) => {
    expect(functionAt(executable(identity, [way]))(42)).toBe(42);
  });

  it('is refused in words where the system allows no way', () => {
    expect(() => executable(identity, [])).toThrow(
      expect.objectContaining({ code: 'NO_EXECUTABLE_MEMORY', hint: expect.stringContaining('execmem') }),
    );
  });
});
