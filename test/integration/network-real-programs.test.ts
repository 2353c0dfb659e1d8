import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/json-report.ts';
import { RENACER } from '../support/renacer.ts';

const LATENCY_MS = 100;
/** The network of `aggressive`, with room for programs that need more than its other limits leave them. */
const OPTIONS = [
  ...['--chaos', 'aggressive', '--chaos-signals=none', '--seed', '5'],
  ...['--chaos-memory-limit', '800M', '--chaos-cpu-limit', '1', '--chaos-timeout', '2m'],
];

/** A server and its client, both of them in the tree, as users would start them. */
interface Pair {
  readonly name: string;
  readonly needs: readonly string[];
  /** Runs in an empty directory; `$PORT` is a free port. */
  readonly script: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly stdout: string;
  /** Round trips that cannot be had at the same time, at the least. */
  readonly roundTrips: number;
}

/** A port answers: a round trip itself. */
const SERVES = `python3 -c "import socket; socket.create_connection(('127.0.0.1', $PORT))" 2> /dev/null`;

const REDIS: Pair = {
  name: 'redis-server with redis-benchmark',
  needs: ['redis-server', 'redis-benchmark'],
  script: `
    redis-server --port $PORT --save '' > /dev/null &
    until redis-cli -p $PORT ping 2> /dev/null | grep -q PONG; do sleep 0.05; done
    redis-benchmark -p $PORT -n 40 -c 10 -t set -q > /dev/null
    redis-cli -p $PORT dbsize
    redis-cli -p $PORT shutdown nosave
    wait`,
  stdout: '1\n',
  roundTrips: 6,
};

const NGINX: Pair = {
  name: 'nginx with curl',
  needs: ['nginx', 'curl'],
  files: {
    'nginx.conf': `daemon off; worker_processes 2; pid nginx.pid; error_log stderr error; events {}
      http {
        access_log off;
        client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
        server { listen 127.0.0.1:PORT; location / { return 200 "hello $arg_n\\n"; } }
      }`,
  },
  script: `
    sed -i "s/PORT/$PORT/" nginx.conf
    nginx -p . -c nginx.conf &
    until curl -s -o /dev/null 127.0.0.1:$PORT; do sleep 0.05; done
    for n in 1 2 3; do curl -sS "127.0.0.1:$PORT/?n=$n"; done
    kill -QUIT $!
    wait`,
  stdout: 'hello 1\nhello 2\nhello 3\n',
  // Each of the last three has a connection and a request.
  roundTrips: 6,
};

const PYTHON: Pair = {
  name: "python3's http.server with urllib",
  needs: ['python3'],
  files: {
    'client.py': `
import sys, urllib.request
for n in range(3):
    with urllib.request.urlopen(f'http://127.0.0.1:{sys.argv[1]}/data') as answer:
        print(answer.read() == open('data', 'rb').read())`,
  },
  script: `
    head -c 300000 /dev/urandom > data
    python3 -m http.server --bind 127.0.0.1 $PORT > /dev/null 2>&1 &
    until ${SERVES}; do sleep 0.05; done
    python3 client.py $PORT
    kill $!`,
  stdout: 'True\nTrue\nTrue\n',
  roundTrips: 6,
};

const GIT: Pair = {
  name: 'git clone over http',
  needs: ['git', 'python3'],
  script: `
    git init -q made
    cd made
    for n in 1 2 3; do
      seq $n 2000 > file$n
      git add .
      git -c user.name=n -c user.email=e@x commit -qm $n
    done
    git repack -qad
    git update-server-info
    cd ..
    python3 -m http.server --bind 127.0.0.1 $PORT > /dev/null 2>&1 &
    until ${SERVES}; do sleep 0.05; done
    git clone -q http://127.0.0.1:$PORT/made/.git cloned
    git -C cloned fsck --full
    git -C cloned log --format=%s
    kill $!`,
  stdout: '3\n2\n1\n',
  roundTrips: 4,
};

const RSYNC: Pair = {
  name: 'rsync with its daemon',
  needs: ['rsync'],
  files: { 'rsyncd.conf': 'use chroot = no\n[files]\npath = from\nread only = yes\n' },
  script: `
    mkdir from
    for n in 1 2 3 4 5; do seq $n 3000 > from/$n; done
    rsync --daemon --no-detach --address 127.0.0.1 --port $PORT --config rsyncd.conf --log-file /dev/null &
    until rsync rsync://127.0.0.1:$PORT/ > /dev/null 2>&1; do sleep 0.05; done
    rsync -a rsync://127.0.0.1:$PORT/files/ to
    diff -r from to && echo same
    kill $!`,
  stdout: 'same\n',
  roundTrips: 4,
};

const NPM_TEST: Pair = {
  name: 'npm test of a small project that uses http',
  needs: ['npm'],
  files: {
    'package.json': '{ "name": "small", "type": "module", "scripts": { "test": "node --test > out" } }',
    'notes.js': `
      import { createServer } from 'node:http';
      export function notes() {
        const all = [];
        return createServer(async (request, response) => {
          if (request.method === 'POST') all.push(Buffer.concat(await request.toArray()).toString());
          response.end(JSON.stringify(all));
        });
      }`,
    'notes.test.js': `
      import assert from 'node:assert/strict';
      import { once } from 'node:events';
      import { after, before, test } from 'node:test';
      import { notes } from './notes.js';
      const server = notes();
      let url;
      before(async () => {
        await once(server.listen(0, '127.0.0.1'), 'listening');
        url = 'http://127.0.0.1:' + server.address().port;
      });
      after(() => server.close());
      test('starts empty', async () => assert.deepEqual(await (await fetch(url)).json(), []));
      test('keeps what it is sent', async () => {
        for (const body of ['one', 'two']) await (await fetch(url, { method: 'POST', body })).text();
        assert.deepEqual(await (await fetch(url)).json(), ['one', 'two']);
      });`,
  },
  script: 'npm test --silent; grep -o "^# pass .*" out',
  stdout: '# pass 2\n',
  roundTrips: 4,
};

interface Ran {
  readonly stdout: string;
  readonly report: Report;
}

function isMissing(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function run(backend: string, { script, files = {} }: Pair): Promise<Ran> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'renacer-test-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
    const env = { ...process.env, PORT: String(await freePort()), HOME: cwd };
    const args = [...OPTIONS, '--network-backend', backend, '--report', 'report.json', '-o', 'log', '--', 'sh', '-ec'];
    const { stdout } = await promisify(execFile)(RENACER, [...args, script], { cwd, env });
    return { stdout, report: JSON.parse(readFileSync(path.join(cwd, 'report.json'), 'utf8')) as Report };
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** What was counted by flow is what was counted by service, and what was listed as faults. */
function expectConsistency({ network, faults }: Report): void {
  const listed = faults.filter((fault) => fault.kind === 'packet' && fault.fault === 'loss');
  const lost = (use: NonNullable<typeof network>['flows'][number] | NonNullable<typeof network>['groups'][number]) =>
    use.to.lost + use.from.lost;
  const { groups, flows } = network!;
  for (const group of groups) {
    const own = flows.filter(({ protocol, service }) => protocol === group.protocol && service === group.service);
    expect(own).toHaveLength(group.flows);
    expect(own.reduce((total, flow) => total + lost(flow), 0)).toBe(lost(group));
  }
  expect(groups.reduce((total, group) => total + lost(group), 0)).toBe(listed.length);
}

describe.each(['packets', 'syscalls'])('the network of aggressive, by %s: real programs complete', (backend) => {
  const pairs = [REDIS, NGINX, PYTHON, GIT, RSYNC, NPM_TEST];
  const running = new Map<Pair, Promise<Ran>>();

  // They spend their time waiting: so all at once.
  beforeAll(() => {
    for (const pair of pairs.filter(({ needs }) => !needs.some(isMissing))) running.set(pair, run(backend, pair));
    return Promise.allSettled(running.values());
  });

  for (const pair of pairs) {
    const missing = pair.needs.filter(isMissing);
    const why = missing.length > 0 ? ` (no ${missing.join(', no ')})` : '';
    it.skipIf(missing.length > 0)(`${pair.name}${why}`, async () => {
      const { stdout, report } = await running.get(pair)!;
      expect(stdout).toBe(pair.stdout);
      expect(report.reason).toBeNull();
      expect(report.outcome).toBe('survived');
      expect(report.duration_ms).toBeGreaterThanOrEqual(pair.roundTrips * 2 * LATENCY_MS);
      expect(report.faults.length).toBeGreaterThan(0);
      expectConsistency(report);
    });
  }
});
