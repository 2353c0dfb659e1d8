import { readFileSync } from 'node:fs';
import { RenacerError } from '../../model/errors.ts';
import { readySign } from '../../model/sweep-request.ts';

/** What readiness is told by. */
export interface Surroundings {
  /** What the service has written to stdout and stderr. */
  readonly output: () => string;
  /** Whether there is such a path, from the service's work directory on. */
  readonly exists: (path: string) => boolean;
  /** The sockets of its network: see {@link tcpSockets}. */
  readonly sockets: () => string;
}

/**
 * A test for whether a service is ready, of `tcp:PORT`, `file:PATH` or `output:TEXT`. That somebody listens at a port is seen in the kernel's
 * table of sockets: a connection made to find out would be one that the service must answer. Throws RenacerError INVALID_VALUE.
 */
export function readinessTest(ready: string, { output, exists, sockets }: Surroundings): () => boolean {
  const sign = readySign(ready);
  switch (sign?.form) {
    case 'file':
      return () => exists(sign.value);
    case 'output':
      return () => output().includes(sign.value);
    case 'tcp':
      return () => isListenedAt(sockets(), Number(sign.value));
    default:
      throw new RenacerError('INVALID_VALUE', `not a sign of readiness: ${JSON.stringify(ready)}`, {
        hint: 'allowed are tcp:PORT (1 to 65535), file:PATH and output:TEXT',
      });
  }
}

const LISTEN = '0A';

/** proc_pid_net(5), net/tcp: `sl local_address rem_address st ...`, addresses as hexadecimal `ADDRESS:PORT`. */
function isListenedAt(table: string, port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').some((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === LISTEN && local?.endsWith(`:${hex}`);
  });
}

/** Of the network that this thread is in. */
export function tcpSockets(): string {
  return ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/thread-self/net/${name}`, 'latin1')).join('\n');
}
