import { readFileSync } from 'node:fs';
import type { Flow } from '../impairment/flow.ts';
import type { FlowTable } from '../impairment/flow-table.ts';
import { printEndpoint } from '../packets/endpoint.ts';

/** The state of a socket that listens, in /proc/net/tcp. */
const LISTENS = '0A';
/** A program that waits for a server tries again and again. */
const MAX_LOOKS_A_PORT = 20;

/**
 * Connections to loopback that were refused since the command has a loopback of its own, though the host has a server there: what
 * a user who has not read of `network_host_ports` would take for a fault.
 */
export class RefusedLoopback {
  readonly #looks = new Map<number, number>();
  /** Endpoints, as users write them. */
  readonly #found = new Set<string>();

  /** A connection of the tree was refused in its namespace. To be called from the host's. */
  add(flow: Flow): void {
    const { address, port } = flow.endpoints.service;
    if (!address.startsWith('127.') && address !== '::1') return;
    const looks = this.#looks.get(port) ?? 0;
    if (looks >= MAX_LOOKS_A_PORT) return;
    this.#looks.set(port, looks + 1);
    if (hostListensAt(port)) this.#found.add(printEndpoint({ address, port }));
  }

  /** In words, what was refused and has not been reached since. */
  notes(flows: FlowTable): string[] {
    return [...this.#found]
      .filter((service) => !flows.hasOpened(service))
      .map((service) => {
        const port = service.slice(service.lastIndexOf(':') + 1);
        return `${service} was refused: loopback is the command's own here. The host has a server at that port: --chaos-network-host-ports ${port} lets the command reach it`;
      });
  }
}

function hostListensAt(port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['tcp', 'tcp6'].some((table) => {
    let text: string;
    try {
      text = readFileSync(`/proc/thread-self/net/${table}`, 'latin1');
    } catch {
      // No /proc, or a kernel without IPv6.
      return false;
    }
    return text.split('\n', -1).some((line) => {
      const [, local, , state] = line.trim().split(/\s+/);
      return state === LISTENS && local!.endsWith(suffix);
    });
  });
}
