import type { StoppedCall } from '../../../../tracer/policy.ts';

const MAX_ADDRESS_BYTES = 128;
const FAMILY_BYTES = 2;

/** The address that bind(2) or connect(2) is given. */
export function addressArgument(call: StoppedCall): Uint8Array | undefined {
  const length = Math.min(call.args.u32(2), MAX_ADDRESS_BYTES);
  const bytes = call.read(call.args.unsigned(1), length)?.slice();
  return bytes && bytes.length >= FAMILY_BYTES ? bytes : undefined;
}
