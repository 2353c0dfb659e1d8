import type { CallFacts } from './call-facts.ts';
import { Descriptor } from './descriptor.ts';

/** Calls with two descriptors, of which the one that is written to is not the first. */
const WRITTEN_ARG: Readonly<Record<string, number>> = { splice: 2, tee: 1, copy_file_range: 2 };

/** The descriptor that a call writes to, or the only one that it has. */
export function writtenDescriptor({ call, descriptor, name }: CallFacts): Descriptor | undefined {
  const index = WRITTEN_ARG[name];
  return index === undefined ? descriptor : new Descriptor(call.task.tid, call.args.i32(index));
}
