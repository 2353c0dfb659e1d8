import { describe, expect, it } from 'vitest';
import { readinessTest, type Surroundings, tcpSockets } from '../../../../src/campaign/worker/readiness.ts';

const NOTHING: Surroundings = { output: () => '', exists: () => false, sockets: () => '' };

/** A listening socket at 127.0.0.1:8081, and a connection to 127.0.0.1:8082. */
const SOCKETS = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1
   1: 0100007F:A0B1 0100007F:1F92 01 00000000:00000000 00:00000000 00000000     0        0 12346 1
`;

describe('a sign of readiness', () => {
  it('is a socket that listens', () => {
    const here = { ...NOTHING, sockets: () => SOCKETS };
    expect(readinessTest('tcp:8081', here)()).toBe(true);
    expect(readinessTest('tcp:8082', here)()).toBe(false);
    expect(readinessTest('tcp:80', here)()).toBe(false);
  });

  it('is a path, or a text', () => {
    expect(readinessTest('file:run/pid', { ...NOTHING, exists: (path) => path === 'run/pid' })()).toBe(true);
    expect(readinessTest('file:run/pid', NOTHING)()).toBe(false);
    expect(readinessTest('output:listening at: 80', { ...NOTHING, output: () => 'now listening at: 80\n' })()).toBe(
      true,
    );
    expect(readinessTest('output:listening', NOTHING)()).toBe(false);
  });

  it.each(['tcp:', 'tcp:0', 'tcp:65536', 'tcp:http', 'port:80', 'file:', '80'])('is not %s', (ready) => {
    expect(() => readinessTest(ready, NOTHING)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  });

  it('is read from the table of sockets of this network', () => {
    expect(tcpSockets()).toMatch(/local_address[\s\S]*local_address/);
  });
});
