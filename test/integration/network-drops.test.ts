import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as OwnNetworkProbe from '../../src/chaos/network/namespace/probe.ts';
import type { Report } from '../../src/report/json-report.ts';
import { has, RENACER, scratch } from '../support/guests.ts';
import { built } from '../support/limits.ts';
import { missingForPackets } from '../support/network.ts';
import { PATIENCE_MS } from '../support/patience.ts';

const { probeOwnNetwork } = await built<typeof OwnNetworkProbe>('chaos/network/namespace/probe.js');
const ownNetwork = await probeOwnNetwork();

const BODY = randomBytes(1_000_000);
const HEAD = `HTTP/1.0 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n`;
const CURL_RECV_ERROR = 56;

/** How many bytes curl's request has. */
let requestBytes = 0;
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (request) => {
    requestBytes = request.length;
    socket.end(Buffer.concat([Buffer.from(HEAD), BODY]));
  });
});
let port = 0;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

interface Download {
  readonly status: number;
  readonly stderr: string;
  readonly got: Buffer;
  readonly report: Report;
  readonly recorded: string;
}

/** Downloads the body by curl, as a user would; with what is recorded, again, from there. */
async function download(words: readonly string[], curl: readonly string[] = []): Promise<Download> {
  const directory = scratch();
  const file = (name: string): string => path.join(directory, name);
  const command = ['curl', '-sS', '-o', file('got'), ...curl, `http://127.0.0.1:${port}/body`];
  const args = [...words, '--report', file('report.json'), '--record', file('recorded'), '--', ...command];
  const { status, stderr } = await promisify(execFile)(RENACER, args, { timeout: PATIENCE_MS }).then(
    ({ stderr }) => ({ status: 0, stderr }),
    (error: { code: number; stderr: string }) => ({ status: error.code, stderr: error.stderr }),
  );
  return {
    status,
    stderr,
    got: existsSync(file('got')) ? readFileSync(file('got')) : Buffer.alloc(0),
    report: JSON.parse(readFileSync(file('report.json'), 'utf8')) as Report,
    recorded: file('recorded'),
  };
}

const BACKENDS = [
  { backend: 'packets', missing: await missingForPackets(), more: () => [] },
  {
    backend: 'namespace',
    missing: ownNetwork.available ? undefined : ownNetwork.reason,
    more: () => [`--chaos-network-host-ports=${port}`],
  },
  { backend: 'syscalls', missing: undefined, more: () => [] },
];

for (const { backend, missing, more } of BACKENDS) {
  const cannot = missing ?? (has('curl') ? undefined : 'needs curl');
  describe.skipIf(cannot !== undefined)(
    `connections that are dropped, by ${backend}${cannot ? ` (${cannot})` : ''}`,
    () => {
      const options = (...words: string[]): string[] => [
        '--seed=1',
        `--network-backend=${backend}`,
        ...more(),
        ...words,
      ];

      /** What of the body has come, if the connection has carried so many bytes. */
      const bodyOf = (bytes: number): Buffer => BODY.subarray(0, bytes - requestBytes - HEAD.length);

      it('end after just so many bytes, of request and answer together', async () => {
        const { status, got, report, stderr } = await download(options('--chaos-connection-drop-after', '100K'));
        expect(status, stderr).toBe(CURL_RECV_ERROR);
        expect(got.equals(bodyOf(100 << 10)), `${got.length} bytes`).toBe(true);
        expect(report.network!.groups).toMatchObject([{ flows: 1, resets: 1 }]);
        expect(report.faults).toMatchObject([{ fault: 'reset', flow: 'tcp 1', after_bytes: 100 << 10 }]);
      });

      it('have delivered what was under way, through a latency and to a slow reader', async () => {
        const late = await download(
          options('--chaos-connection-drop-after', '100K', '--chaos-network-latency', '50ms'),
        );
        expect(late.got.equals(bodyOf(100 << 10)), `${late.got.length} bytes`).toBe(true);
        const slow = await download(options('--chaos-connection-drop-after', '300K'), ['--limit-rate', '200K']);
        expect(slow.got.equals(bodyOf(300 << 10)), `${slow.got.length} bytes`).toBe(true);
      });

      it('end in the middle after a while', async () => {
        const { status, got, report, stderr } = await download(
          options('--chaos-connection-drop-after', '2s', '--chaos-bandwidth', '300K'),
        );
        expect(status, stderr).toBe(CURL_RECV_ERROR);
        expect(got.length).toBeGreaterThan(0);
        expect(got.length).toBeLessThan(BODY.length);
        expect(report.faults).toMatchObject([{ fault: 'reset', after_ms: 2000 }]);
      });

      it('end at the same byte again, with the same seed and in a replay', async () => {
        // By chance: with this seed, after some thousand bytes.
        const seeded = (): Promise<Download> => download(options('--seed=2', '--chaos-connection-drop', '1'));
        const [one, other] = [await seeded(), await seeded()];
        expect(one.status, one.stderr).toBe(CURL_RECV_ERROR);
        expect(one.got.length).toBeGreaterThan(1000);
        expect(other.got.length).toBe(one.got.length);
        const before = statSync(one.recorded).size;
        const args = ['replay', one.recorded, '--strict'];
        const again = await promisify(execFile)(RENACER, args, { timeout: PATIENCE_MS }).catch(
          (error: unknown) => error,
        );
        expect(again).toMatchObject({ code: CURL_RECV_ERROR });
        expect(statSync(one.recorded).size).toBe(before);
        expect(readFileSync(path.join(path.dirname(one.recorded), 'got')).length).toBe(one.got.length);
      });

      it('are some of many', async () => {
        const { status, got } = await download(
          options('--chaos-connection-drop-after', '1K', '--chaos-connection-drop', '0.000001'),
        );
        expect([status, got.length]).toEqual([0, BODY.length]);
      });
    },
  );
}
