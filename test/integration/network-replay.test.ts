import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { reportSchema } from '../../src/report/report-schema.ts';
import { has, scratch } from '../support/guests.ts';
import { missingForPackets, ownAddress, type Server, serveOutside } from '../support/network.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { closingLine, type Finished, RENACER } from '../support/renacer.ts';

const GUESTS = path.resolve(import.meta.dirname, '../guests');
const missing = await missingForPackets();

interface Line {
  readonly flow: string;
  readonly direction: string;
  readonly stream: string;
  readonly packet: number;
  readonly fault: string;
  readonly service: string;
  readonly name?: string;
}

interface Run extends Finished {
  readonly report: Report;
  /** What it recorded, without the first line. */
  readonly lines: readonly Line[];
  readonly file: string;
}

/** Beside the event loop, which serves nobody here, but the servers' output comes through it. */
async function run(words: readonly string[], command: readonly string[]): Promise<Run> {
  const [report, file] = ['report.json', 'faults.jsonl'].map((name) => path.join(scratch(), name));
  const args = [...words, '--report', report!, '--record', file!, ...(command.length > 0 ? ['--', ...command] : [])];
  const options = {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    env: { ...process.env, CHAOS_MODE: '', NO_COLOR: '' },
  } as const;
  const finished = await promisify(execFile)(RENACER, args, options).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, status: error.code }),
  );
  return {
    ...finished,
    signal: null,
    file: file!,
    // A run that is refused writes none.
    report: existsSync(report!) ? reportSchema.parse(JSON.parse(readFileSync(report!, 'utf8'))) : ({} as Report),
    lines: existsSync(file!) ? linesOf(file!) : [],
  };
}

function linesOf(file: string): Line[] {
  const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** What came back, whatever its order. */
function sorted(stdout: string): number[] {
  return (JSON.parse(stdout) as number[]).sort((a, b) => a - b);
}

/** The places, whatever their order in time: flows go on side by side. */
function places(lines: readonly Line[]): string[] {
  return lines.map((line) => JSON.stringify(line)).sort();
}

/** The file without these lines. */
function without(file: string, drops: (line: Line) => boolean): string {
  const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const kept = lines.filter((line) => !drops(JSON.parse(line) as Line));
  const shorter = path.join(scratch(), 'shorter.jsonl');
  writeFileSync(shorter, [header, ...kept, ''].join('\n'));
  return shorter;
}

function guest(name: string, ...args: readonly (string | number)[]): string[] {
  return [process.execPath, path.join(GUESTS, name), ...args.map(String)];
}

let echo: Server;
let web: Server;

beforeAll(async () => {
  echo = await serveOutside('echo-server.mjs');
  web = await serveOutside('http-server.mjs');
});

afterAll(() => Promise.all([echo, web].map((server) => server.stop())));

describe.skipIf(missing !== undefined).each(['packets', 'syscalls'])(
  `recorded faults of a network, by the backend %s${missing === undefined ? '' : ` (${missing})`}`,
  (backend) => {
    const by = `--network-backend=${backend}`;

    it.skipIf(!has('curl'))(
      'come again at the same connections and packets of curl, but for those taken out',
      async () => {
        const urls = `for i in 1 2 3 4 5; do curl -s -o /dev/null -w '%{exitcode} ' http://127.0.0.1:${web.port}; done`;
        const faults = ['--chaos-packet-loss=10%', '--chaos-connection-refuse=20%', '--chaos-connection-drop=20%'];
        const first = await run([by, '--seed=2433', ...faults], ['sh', '-c', urls]);
        expect(new Set(first.lines.map(({ fault }) => fault))).toEqual(new Set(['loss', 'refuse', 'reset']));
        for (const again of [await run(['replay', first.file], []), await run(['replay', first.file], [])]) {
          expect(places(again.lines)).toEqual(places(first.lines));
          expect(again.stdout).toBe(first.stdout);
          expect(again.status).toBe(0);
          expect(again.report.replay).toEqual({
            recorded: first.lines.length,
            injected: first.lines.length,
            missed: [],
          });
          expect(again.report.backends.network).toBe(first.report.backends.network);
        }
        const fewer = await run(['replay', without(first.file, ({ fault }) => fault === 'refuse')], []);
        expect(fewer.lines.filter(({ fault }) => fault === 'refuse')).toEqual([]);
        expect(fewer.stdout).not.toContain('7 ');
        expect(first.stdout).toContain('7 ');
        expect(fewer.lines.map(({ fault }) => fault)).toContain('reset');
      },
    );

    it('come again at the same datagrams, from a report as well', async () => {
      const kinds = ['loss', 'duplicate', 'corrupt'];
      const faults = kinds.map((kind) => `--chaos-packet-${kind}=10%`);
      // When an echo of a duplicate comes back is left to time, so what is the n-th echo is, too.
      const first = await run(
        [by, '--seed=2', '--chaos-network-direction=to', ...faults],
        guest('datagrams.mjs', '127.0.0.1', echo.port, 200),
      );
      expect(new Set(first.lines.map(({ fault }) => fault))).toEqual(new Set(kinds));
      const report = path.join(scratch(), 'first.json');
      writeFileSync(report, JSON.stringify(first.report));
      for (const file of [first.file, report]) {
        const again = await run(['replay', file, '--strict'], []);
        expect(again.status).toBe(0);
        expect(places(again.lines)).toEqual(places(first.lines));
        expect(sorted(again.stdout)).toEqual(sorted(first.stdout));
      }
      const rest = await run(['replay', without(first.file, ({ fault }) => fault !== 'duplicate'), '--strict'], []);
      const duplicates = first.lines.filter(({ fault }) => fault === 'duplicate');
      expect(places(rest.lines)).toEqual(places(duplicates));
    });

    it('come again at the same lookups of names', async () => {
      const host = ownAddress();
      const server = await serveOutside('dns-server.mjs', host);
      onTestFinished(server.stop);
      const names = ['a', 'b', 'c', 'd'].map((name) => `${name}.example`);
      const options = [by, '--seed=2433', '--chaos-dns-failure=50%', '--chaos-dns-failure-kind=fail'];
      const first = await run(options, guest('resolve-names.mjs', host, ...names));
      expect(first.lines.map(({ name }) => name)).toContain('a.example');
      const again = await run(['replay', first.file], []);
      expect(again.stdout).toBe(first.stdout);
      expect(again.report.replay?.missed).toEqual([]);
      const one = first.lines[0]!;
      const fewer = await run(['replay', without(first.file, (line) => line.name === one.name)], []);
      expect(fewer.lines.map(({ name }) => name)).not.toContain(one.name);
    });

    it('are in the file up to the moment when Renacer was killed', async () => {
      const file = path.join(scratch(), 'killed.jsonl');
      const script = `const s = require('dgram').createSocket('udp4');
        setInterval(() => s.send('x', ${echo.port}, '127.0.0.1'), 2);
        let answers = 0; s.on('message', () => { if (++answers === 50) process.kill(process.ppid, 9); });`;
      const words = [by, '--chaos-packet-loss=50%', '--record', file, '--', process.execPath, '-e', script];
      await promisify(execFile)(RENACER, words).catch(() => {});
      expect(linesOf(file).length).toBeGreaterThan(10);
    });
  },
);

describe.skipIf(missing !== undefined)('a replay of a network', () => {
  const drop = ['--network-backend=packets', '--seed=6', '--chaos-connection-drop=1'];
  const trips = (count: number): string[] => guest('round-trips.mjs', 'tcp', '127.0.0.1', echo.port, count);

  it('has the delays of the recorded one, and takes no others', async () => {
    const first = await run(['--network-backend=packets', '--chaos-network-latency=30ms'], trips(2));
    const again = await run(['replay', first.file], []);
    expect((JSON.parse(again.stdout) as { tripsMs: number[] }).tripsMs[0]).toBeGreaterThan(59);
    const refused = await run(['replay', first.file, '--chaos-network-latency=1ms'], []);
    expect([refused.status, refused.stderr]).toEqual([125, expect.stringContaining('not network_latency')]);
  });

  it('makes names fail that are asked for by TCP', async () => {
    const address = ownAddress();
    const server = await serveOutside('dns-server.mjs', address);
    onTestFinished(server.stop);
    const options = ['--network-backend=packets', '--seed=2433', '--chaos-dns-failure=50%'];
    const names = ['a', 'b', 'c', 'd'].map((name) => `${name}.example`);
    const ask = guest('resolve-by-tcp.mjs', address, ...names);
    const first = await run([...options, '--chaos-dns-failure-kind=fail'], ask);
    expect(JSON.parse(first.stdout)).toEqual(['ESERVFAIL', 'ok', 'ESERVFAIL', 'ESERVFAIL']);
    const again = await run(['replay', without(first.file, ({ name }) => name === 'c.example')], []);
    expect(JSON.parse(again.stdout)).toEqual(['ESERVFAIL', 'ok', 'ok', 'ESERVFAIL']);
    expect(again.report.replay?.missed).toEqual([]);
  });

  it('is one of its own backend', async () => {
    const first = await run(drop, trips(2));
    const other = await run(['replay', first.file, '--network-backend=syscalls'], []);
    expect(other.status).toBe(125);
    expect(other.stderr).toContain('is of the network backend "packets", not for syscalls');
  });

  it('tells of faults that do not come, and why', async () => {
    const first = await run(drop, trips(50_000));
    expect(first.lines).toMatchObject([{ fault: 'reset', flow: 'tcp 1' }]);
    const again = await run(['replay', first.file], ['true']);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('reset of tcp 1 did not come again: there were 0 tcp flows in all');
    expect(again.report.replay?.missed).toMatchObject([{ fault: 'reset', flow: 'tcp 1', by_time: false }]);
    expect(closingLine(again, 'replay')).toBe('0 of 1 recorded faults came again');
  });

  it('takes packets that TCP does not send this time for an error only if strict', async () => {
    const first = await run(['--network-backend=packets', '--chaos-network-latency=1ms'], trips(2));
    const line = { flow: 'tcp 1', direction: 'to', stream: 'ack', packet: 999, rule: 'network', fault: 'loss' };
    appendFileSync(first.file, `${JSON.stringify({ ...line, service: '' })}\n`);
    const lax = await run(['replay', first.file], []);
    expect(lax.status).toBe(0);
    const missed = '0 of 1 recorded faults came again (1 of packets that TCP did not send this time)';
    expect(closingLine(lax, 'replay')).toBe(missed);
    const strict = await run(['replay', first.file, '--strict'], []);
    expect(strict.status).toBe(1);
    expect(strict.stderr).toMatch(
      /loss of ack packet 999 .* did not come again: tcp 1 .* had \d+ bare acknowledgements/,
    );
  });

  it('makes faults of system calls, too, where those were recorded with it', async () => {
    const rule = ['-e', 'inject=chdir:error=EIO:when=1'];
    const script = ['sh', '-c', `cd /; exec ${trips(50_000).join(' ')}`];
    const first = await run([...drop, ...rule], script);
    expect(first.report.faults).toMatchObject([{ fault: 'error=EIO' }, { fault: 'reset' }]);
    const again = await run(['replay', first.file], []);
    expect(again.report.faults).toMatchObject([{ fault: 'error=EIO' }, { fault: 'reset' }]);
    expect(again.report.replay).toEqual({ recorded: 2, injected: 2, missed: [] });
    expect(again.stderr).toContain(first.stderr.split('\n')[0]);
  });
});
