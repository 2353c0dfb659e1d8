import type { ArgWords } from '../model/arg-words.ts';
import type { Capture, CaptureSize } from '../model/capture.ts';
import { signatureOf } from '../syscalls/signatures.ts';
import type { StoppedCall } from '../tracer/policy.ts';

const PATH_MAX = 4096;
/** Of the descriptors in memory (poll, select) no more are looked at. */
const MAX_INSIDE = 1024;

/** AT_FDCWD of <fcntl.h>: the directory of the task, in place of a descriptor. */
export const AT_FDCWD = -100;

/** A path that a call goes by, and the descriptor of the directory where it begins if it is relative. */
export interface NamedPath {
  readonly text: string;
  readonly directory: number;
}

/** The descriptors that a call takes as arguments, by its signature, in their order. */
export function argumentDescriptors(call: StoppedCall): number[] {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return types.flatMap(({ descriptor, word }, position) => {
    const fd = descriptor ? call.args.i32(word ?? position) : -1;
    return fd >= 0 ? [fd] : [];
  });
}

/** The descriptors that a call takes in memory: poll(2), select(2). */
export function descriptorsInMemory(call: StoppedCall): number[] {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  const found = types.flatMap(({ descriptorsInside, word }, position) =>
    (descriptorsInside?.(word ?? position) ?? []).flatMap((capture) => descriptorsIn(call, capture)),
  );
  return [...new Set(found)].filter((fd) => fd >= 0);
}

/** The paths that a call goes by, as its program writes them. */
export function pathsOf(call: StoppedCall): NamedPath[] {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return types.flatMap((type, position) => {
    if (!type.path) return [];
    const text = call.readString(call.args.unsigned(type.word ?? position), PATH_MAX);
    const before = types[position - 1];
    const directory = before?.descriptor ? call.args.i32(before.word ?? position - 1) : AT_FDCWD;
    // An empty path stands for the descriptor itself.
    return text ? [{ text, directory }] : [];
  });
}

function descriptorsIn(call: StoppedCall, capture: Capture): number[] {
  if (capture.at !== 'entry') return [];
  const address = call.args.unsigned(capture.arg);
  if (address === 0) return [];
  if (capture.kind === 'fds') {
    const count = Math.min(countOf(capture.count, call.args), MAX_INSIDE);
    const bytes = call.read(address, count * capture.stride);
    if (!bytes) return [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.floor(bytes.length / capture.stride) }, (_, index) =>
      view.getInt32(index * capture.stride, true),
    );
  }
  if (capture.kind !== 'fd-set') return [];
  const bits = Math.min(capture.descriptors, MAX_INSIDE);
  const set = call.read(address, Math.ceil(bits / 8));
  if (!set) return [];
  return Array.from({ length: bits }, (_, fd) => fd).filter((fd) => ((set[fd >> 3] ?? 0) & (1 << (fd & 7))) !== 0);
}

function countOf(size: CaptureSize, args: ArgWords): number {
  if (typeof size === 'number') return size;
  return 'arg' in size ? args.unsigned(size.arg) * (size.times ?? 1) : 0;
}
