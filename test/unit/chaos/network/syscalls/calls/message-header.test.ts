import { expect, it } from 'vitest';
import { withoutSourceChoice } from '../../../../../../src/chaos/network/syscalls/calls/message-header.ts';

/** A struct cmsghdr with its data, aligned as cmsg(3) has it. */
function control(level: number, type: number, data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16 + Math.ceil(data.length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 16 + data.length, true);
  view.setInt32(8, level, true);
  view.setInt32(12, type, true);
  bytes.set(data, 16);
  return bytes;
}

const [IPPROTO_IP, IP_TOS, IP_PKTINFO, IPPROTO_IPV6, IPV6_PKTINFO, UDP_SEGMENT] = [0, 1, 8, 41, 50, 103];
const tos = control(IPPROTO_IP, IP_TOS, [4]);
const segment = control(17, UDP_SEGMENT, [0xb0, 4]);
const v4Source = control(IPPROTO_IP, IP_PKTINFO, Array(12).fill(1));
const v6Source = control(IPPROTO_IPV6, IPV6_PKTINFO, Array(20).fill(1));

it('keeps all ancillary data but what chooses an address of this machine', () => {
  const kept = withoutSourceChoice(Uint8Array.from([...tos, ...v4Source, ...segment, ...v6Source]));
  expect(kept).toEqual(Uint8Array.from([...tos, ...segment]));
  expect(withoutSourceChoice(v4Source)).toBeUndefined();
  // Whatever a program passes, it comes to an end.
  expect(withoutSourceChoice(new Uint8Array(40))).toBeUndefined();
});
