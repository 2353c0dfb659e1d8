import {
  accept,
  continuesConnection,
  destinationIn,
  destinationPort,
  type QueueStyle,
  queue,
} from '../../../linux/nf-expressions.ts';
import { type BaseChain, NF_INET_LOCAL_IN } from '../../../linux/nf-tables.ts';
import type { NamespaceContext } from './namespace-context.ts';

const PRIORITY = 0;

type Network = readonly [address: Uint8Array, mask: Uint8Array];

const LOOPBACK: readonly Network[] = [
  [Uint8Array.of(127, 0, 0, 0), Uint8Array.of(255, 0, 0, 0)],
  host(address6([], [1])),
];

/** What stays in the namespace: loopback, multicast, and what is local to a link. */
const WITHIN: readonly Network[] = [
  ...LOOPBACK,
  [Uint8Array.of(224, 0, 0, 0), Uint8Array.of(240, 0, 0, 0)],
  [address6([0xff]), address6([0xff])],
  [address6([0xfe, 0x80]), address6([0xff, 0xc0])],
];

/**
 * The rules that hand the proxy what is meant for the outside or the host, when it has passed the impairments: of connections
 * only what opens them.
 */
export function proxyRules(
  { ownAddresses, hostPorts }: NamespaceContext,
  number: number,
  style: QueueStyle,
): BaseChain[] {
  const toProxy = queue(number, style);
  const named = hostPorts.flatMap((port) =>
    (['tcp', 'udp'] as const).flatMap((protocol) =>
      LOOPBACK.map((network) => [...destinationIn(...network), ...destinationPort(protocol, port), ...toProxy]),
    ),
  );
  const within = [...WITHIN, ...ownAddresses.map(host)];
  return [
    {
      name: 'input',
      hook: NF_INET_LOCAL_IN,
      priority: PRIORITY,
      rules: [
        [...continuesConnection(), ...accept()],
        ...named,
        ...within.map((network) => [...destinationIn(...network), ...accept()]),
        toProxy,
      ],
    },
  ];
}

function host(address: Uint8Array): Network {
  return [address, new Uint8Array(address.length).fill(0xff)];
}

/** An IPv6 address by its first and its last bytes. */
function address6(first: readonly number[], last: readonly number[] = []): Uint8Array {
  const address = new Uint8Array(16);
  address.set(first);
  address.set(last, 16 - last.length);
  return address;
}
