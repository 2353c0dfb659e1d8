import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { OwnCall } from '../../tracer/own-call.ts';
import type { StoppedCall } from '../../tracer/policy.ts';
import type { CallFacts } from '../call-facts.ts';
import { Descriptor } from '../descriptor.ts';
import { PIPE_WRITES } from '../effects.ts';
import type { Effect } from '../kinds/moment.ts';
import { errnoByName } from '../strace-names.ts';
import { writtenDescriptor } from '../written-descriptor.ts';
import type { Aftermath } from './aftermath.ts';

const SIGPIPE = 13;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
/** Two descriptors. */
const ENDS_BYTES = 8;
/** Below the stack pointer, where a function may have its own data without moving it (the red zone of the x86-64 ABI). */
const RED_ZONE_BYTES = 128;

/**
 * The pipe is broken, for all that are open on it. A pipe that a process has to itself never is: the reader can't go before the
 * writer (programs wake themselves up by such pipes). Only who asks for just that gets it.
 */
export const brokenPipe: Aftermath = (effect, errno, { call, brokenPipes, deliberate, realism }, pipe) => {
  if (pipe === undefined) return effect;
  const { tid } = call.task;
  if (!deliberate && realism !== 'any' && openOn(tid, pipe.link).some((other) => other.isOpenForReading))
    return undefined;
  const broken = breakPipe(call, pipe, errno);
  return broken ? { ...broken, begin: () => brokenPipes.add(pipe.link) } : effect;
};

/** The pipes that were said to be broken: other processes may have them still. */
export class BrokenPipes {
  readonly #links = new Set<string>();

  get any(): boolean {
    return this.#links.size > 0;
  }

  add(link: string | undefined): void {
    if (link !== undefined) this.#links.add(link);
  }

  /** What a call meets that writes to one of them. */
  metBy(facts: CallFacts): Effect | undefined {
    if (this.#links.size === 0 || !PIPE_WRITES.includes(facts.name)) return undefined;
    const pipe = writtenDescriptor(facts);
    if (pipe?.link === undefined || !this.#links.has(pipe.link)) return undefined;
    return breakPipe(facts.call, pipe, -errnoByName('EPIPE')!);
  }
}

/**
 * The task makes a pipe, puts its end for writing in the place of each descriptor of its process that is open for writing on
 * the old one, and closes the end for reading. So all that comes later is the kernel's own.
 */
function breakPipe(call: StoppedCall, pipe: Descriptor, errno: number): Effect | undefined {
  const { tid, stackPointer } = call.task;
  const scratch = stackPointer - RED_ZONE_BYTES - ENDS_BYTES * 2;
  const kept = call.read(scratch, ENDS_BYTES)?.slice();
  if (kept?.length !== ENDS_BYTES) return undefined;
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
      const failure = { result: errno, signals: [SIGPIPE] };
      // It has no room for two more descriptors.
      if (ends?.length !== ENDS_BYTES) return failure;
      const [reader = -1, writer = -1] = new Int32Array(ends.buffer);
      const { link } = pipe;
      const writers = openOn(tid, link).filter((other) => other.isOpenForWriting);
      return {
        ...failure,
        writes: [{ address: scratch, bytes: kept }],
        undo: [...writers.map((one) => replaced(one, writer)), closed(reader), closed(writer)],
      };
    },
  };
}

/** The descriptors of a process that are open on this pipe. */
function openOn(tid: number, link: string | undefined): Descriptor[] {
  return Descriptor.allOf(tid).filter((other) => other.link === link);
}

function replaced(writer: Descriptor, by: number): OwnCall {
  return { syscall: syscallNumber('dup3')!, args: [by, writer.fd, writer.isOpenedWith(O_CLOEXEC) ? O_CLOEXEC : 0] };
}

function closed(fd: number): OwnCall {
  return { syscall: syscallNumber('close')!, args: [fd] };
}
