import fc from 'fast-check';
import { NETWORK_FAULT_KINDS, type NetworkFaultPlace } from '../../../src/model/network-use.ts';

const ordinal = fc.integer({ min: 1, max: 2 ** 40 });
const amount = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

/** Any fault of a network, with what its kind needs. */
export const arbitraryNetworkFault: fc.Arbitrary<NetworkFaultPlace> = fc
  .record({
    kind: fc.constantFrom(...NETWORK_FAULT_KINDS),
    flow: fc.tuple(fc.constantFrom('tcp', 'udp', 'icmp', 'other'), ordinal).map((words) => words.join(' ')),
    service: fc.string(),
    direction: fc.constantFrom('to', 'from'),
    stream: fc.constantFrom('data', 'ack'),
    packet: ordinal,
    rule: fc.string(),
    due: fc.oneof(fc.record({ bytes: amount }), fc.record({ ms: amount })),
    lookup: fc.record({ name: fc.string(), ordinal }),
  })
  .map(({ due, lookup, ...fault }) => ({
    ...fault,
    ...(fault.kind === 'reset' && { due }),
    ...(fault.kind.startsWith('dns-') && { lookup }),
  }));
