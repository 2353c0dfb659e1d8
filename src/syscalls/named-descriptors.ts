import type { Call } from './argument-type.ts';
import { i32 } from './memory-words.ts';
import { signatureOf } from './signatures.ts';
import { membersOfSet } from './types/polling.ts';

/** The descriptors that a call is given: as arguments, and in what poll(2) and select(2) read. */
export function namedDescriptors(call: Call): readonly number[] {
  return signatureOf(call.nr, call.abi)
    .argumentsOf(call.args)
    .flatMap((type, position) => {
      const arg = type.word ?? position;
      if (type.descriptor) return [call.args.i32(arg)];
      return (type.descriptorsInside?.(arg) ?? []).flatMap((capture) => {
        const bytes = capture.at === 'entry' ? call.captured.bytesAtEntry(arg) : undefined;
        if (bytes === undefined) return [];
        if (capture.kind === 'fds') return every(bytes, capture.stride);
        return capture.kind === 'fd-set' ? membersOfSet(bytes, capture.descriptors) : [];
      });
    });
}

function every(bytes: Uint8Array, stride: number): number[] {
  return Array.from({ length: Math.floor(bytes.length / stride) }, (_, i) => i32(bytes, i * stride));
}
