import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { Aftermath } from './aftermath.ts';

/** The call happens, and fails. */
export const letHappen: Aftermath = (_, errno) => ({ entry: { atExit: true }, exit: () => ({ result: errno }) });

/** brk(0) asks for the break and changes nothing. */
export const oldBreak: Aftermath = () => ({ entry: { args: [{ index: 0, value: 0 }], injected: true } });

/** The connection leaves the queue, and is closed. */
export const dropAccepted: Aftermath = (_, errno) => ({
  entry: { atExit: true },
  exit: ({ result }) => {
    const fd = result.i32(0);
    if (fd < 0) return undefined;
    return { result: errno, undo: [{ syscall: syscallNumber('close')!, args: [fd] }] };
  },
});
