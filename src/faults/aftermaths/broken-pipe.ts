import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { OwnCall, StoppedCall } from '../../tracer/policy.ts';
import { Descriptor } from '../descriptor.ts';
import type { Effect } from '../kinds/moment.ts';
import type { Aftermath } from './aftermath.ts';

const SIGPIPE = 13;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
/** Two descriptors. */
const ENDS_BYTES = 8;
/** Below the stack pointer, where a function may have its own data without moving it (the red zone of the x86-64 ABI). */
const RED_ZONE_BYTES = 128;

/**
 * The pipe is broken: the task makes one, puts its end for writing in the place of each descriptor of its process that is
 * open on the old pipe, closes the end for reading, and makes its call again. So error, signal and all later calls are the
 * kernel's own.
 */
export const brokenPipe: Aftermath = (effect, errno, { call }, pipe) =>
  (pipe && breakPipe(call, pipe, errno)) ?? effect;

export function breakPipe(call: StoppedCall, pipe: Descriptor, errno: number): Effect | undefined {
  const pid = call.task.tid;
  const scratch = call.task.stackPointer - RED_ZONE_BYTES - ENDS_BYTES * 2;
  const kept = call.read(scratch, ENDS_BYTES)?.slice();
  if (kept?.length !== ENDS_BYTES) return undefined;
  const again: OwnCall = { syscall: call.nr, args: [0, 1, 2, 3, 4, 5].map((index) => call.args.big(index)) };
  return {
    entry: {
      syscall: syscallNumber('pipe2')!,
      args: [
        { index: 0, value: scratch },
        { index: 1, value: O_CLOEXEC | (pipe.isNonblocking ? O_NONBLOCK : 0) },
      ],
      atExit: true,
    },
    exit(returned) {
      const ends = returned.result.signed(0) === 0 ? returned.read(scratch, ENDS_BYTES)?.slice() : undefined;
      // It has no room for two more descriptors.
      if (ends?.length !== ENDS_BYTES) return { result: errno, signals: [SIGPIPE] };
      const [reader = -1, writer = -1] = new Int32Array(ends.buffer);
      const { link } = pipe;
      const writers = Descriptor.allOf(pid).filter((other) => other.link === link && other.isOpenForWriting);
      return {
        result: errno,
        writes: [{ address: scratch, bytes: kept }],
        undo: [...writers.map((one) => replaced(one, writer)), closed(reader), closed(writer), again],
      };
    },
  };
}

function replaced(writer: Descriptor, by: number): OwnCall {
  return { syscall: syscallNumber('dup3')!, args: [by, writer.fd, writer.isOpenedWith(O_CLOEXEC) ? O_CLOEXEC : 0] };
}

function closed(fd: number): OwnCall {
  return { syscall: syscallNumber('close')!, args: [fd] };
}
