// node scripts/kill-campaign.mjs [KILLS] [SEED] [GRACE_MS]: starts Renacer in each of its modes, kills it (SIGKILL) after a random time from 0 to
// the length of a run, and counts what is left after the grace that docs/tracer.md promises: control groups, tables of nf_tables,
// processes, stopped tasks, network namespaces, files. Exits with 1 if anything is left. Needs `npm run build`, and root for all modes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const RENACER = path.resolve(import.meta.dirname, '../bin/renacer');
const { decisionKey, drawUnit } = await import('../dist/faults/decisions.js');

/** What a guard has to find: it forks, and what it forks leaves the session. Its words stand in no other process. */
const tree = (mark) => [
  'sh',
  '-c',
  `n=0; while [ $((n += 1)) -lt 100 ]; do (setsid sleep ${mark} &); sleep 0.02; done; sleep ${mark}`,
  mark,
];
/** What is short enough to be swept, and leaves the session as well. */
const save = (mark) => ['sh', '-c', `echo ${mark} >file; (setsid sleep ${mark} &); cat file; rm file; mkdir made`];
const talk = (mark) => [
  'sh',
  '-c',
  `(setsid sleep ${mark} &); while :; do getent hosts localhost; cat </dev/tcp/127.0.0.1/9; sleep 0.02; done 2>&1; sleep ${mark}`,
  mark,
];

/** Each with how long a run has to be to have done everything, in ms. */
const MODES = {
  limits: {
    options: ['--chaos-timeout', '60s', '--chaos-memory-limit', '200M', '--chaos-cpu-limit', '0.5'],
    command: tree,
  },
  'limits without groups': {
    options: ['--chaos-timeout', '60s', '--chaos-cpu-limit', '0.5'],
    command: tree,
    unprivileged: true,
  },
  'rules (ptrace)': { options: ['-e', 'inject=mkdir:error=EIO'], command: tree },
  'trace (ptrace)': { options: ['-f', '--engine', 'ptrace', '-o', '/dev/null'], command: tree },
  'trace (ebpf)': { options: ['-f', '--engine', 'ebpf', '-o', '/dev/null'], command: tree },
  byzantine: { options: ['--chaos-byzantine', '0.01', '--seed', '4', '--chaos-timeout', '60s'], command: tree },
  'network (packets)': { options: ['--network-backend', 'packets', '--chaos-network-latency', '20ms'], command: talk },
  'network (namespace)': {
    options: ['--network-backend', 'namespace', '--chaos-network-latency', '20ms'],
    command: talk,
  },
  'network (syscalls)': {
    options: ['--network-backend', 'syscalls', '--chaos-network-latency', '20ms'],
    command: talk,
  },
  phases: {
    options: [
      ...[
        '--phase',
        'squeeze:every=300ms:for=100ms:memory_limit=200M',
        '--phase',
        'slow:every=200ms:for=80ms:cpu_limit=0.3',
      ],
      ...['--phase', 'still:every=250ms:for=150ms:pause', '--phase', 'again:every=700ms:restart'],
      ...['--phase', 'beside:at=100ms:run=sleep 1'],
    ],
    command: tree,
  },
  'phases (ptrace)': {
    options: [
      ...['--phase', 'still:every=250ms:for=150ms:pause', '--phase', 'again:every=700ms:restart'],
      ...['--phase', 'eio:on=syscall=openat,nth=5:for=1s:rules=[{"syscall":"mkdir","error":"EIO"}]'],
    ],
    command: tree,
  },
  'phases (network)': {
    options: ['--network-backend', 'packets', '--phase', 'out:every=200ms:for=100ms:partition'],
    command: talk,
  },
  sweep: { options: ['sweep'], command: save, sweeps: true },
  'sweep (user namespace)': { options: ['sweep'], command: save, sweeps: true, unprivileged: true },
  'sweep (no isolation)': { options: ['sweep', '--no-isolation'], command: save, sweeps: true },
  'second run of a process': { options: [], command: tree, library: true },
  attach: { options: ['-f', '-o', '/dev/null'], command: tree, attach: true },
};

/** A user of the library whose second run has the thread and the guard of the first. */
const LIBRARY_USER = `
  import { ChaosConfig, run } from '${path.resolve(import.meta.dirname, '../dist/index.js')}';
  const chaos = ChaosConfig.new().withMemoryLimit('200M').withRule({ syscall: 'mkdir', error: 'EIO' }).build();
  await run('true', [], { chaos });
  const [command, ...args] = process.argv.slice(1);
  await run(command, args, { chaos });
`;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        const [state, parent] = fields;
        return state === 'Z' ? [] : [{ pid: Number(pid), words, state, parent: Number(parent), started: fields[19] }];
      } catch {
        return [];
      }
    });
}

function groupsBelow(directory, depth = 6) {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => [
        ...(/^renacer-/.test(name) ? [path.join(directory, name)] : []),
        ...(depth > 0 ? groupsBelow(path.join(directory, name), depth - 1) : []),
      ]);
  } catch {
    return [];
  }
}

/** The network namespaces of the processes that came from this campaign, by the directory in their environment. */
function namespaces() {
  return new Set(
    processes().flatMap(({ pid }) => {
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`=${path.join(tmpdir(), PREFIX)}`);
        return isOurs ? [readlinkSync(`/proc/${pid}/ns/net`)] : [];
      } catch {
        return [];
      }
    }),
  );
}

/** Other campaigns may be under way. */
const PREFIX = `renacer-kill-${process.pid}-`;

const nftTables = () =>
  spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' })
    .stdout?.split('\n')
    .filter((line) => /renacer/.test(line)) ?? [];

/** All that bears the name of a Renacer of this campaign, or the mark of its command. */
function leftOf(pid, mark, directory, stopped, descendants) {
  return [
    ...processes()
      .filter((one) => descendants.some((other) => other.pid === one.pid && other.started === one.started))
      .map((one) => `descendant ${one.pid} (${one.state}): ${one.words}`),
    ...groupsBelow('/sys/fs/cgroup').filter((group) => path.basename(group).startsWith(`renacer-${pid}-`)),
    ...nftTables().filter((line) => line.includes(String(pid))),
    ...processes()
      .filter(({ words }) => words.includes(mark))
      .filter(({ state }) => !stopped || /[tT]/.test(state))
      .map((one) => `process ${one.pid} (${one.state}): ${one.words}`),
    // What a sweep has found is meant to stay.
    ...readdirSync(directory).filter((name) => name !== '.renacer'),
  ];
}

/** The workers of a sweep, and what is in their namespaces: their words do not say whose they are. */
function descendantsOf(pid) {
  const all = processes();
  const found = [{ pid }];
  for (const { pid: parent } of found) found.push(...all.filter((one) => one.parent === parent));
  return found.slice(1);
}

async function killOne(mode, { options, command, unprivileged, attach, library, sweeps }, afterMs, count) {
  const mark = `${8_000_000 + count}.${process.pid}`;
  const directory = mkdtempSync(path.join(tmpdir(), PREFIX));
  const target = attach ? spawn('sh', command(mark).slice(1), { stdio: 'ignore', detached: true }) : undefined;
  if (unprivileged) chmodSync(directory, 0o777);
  const what = attach ? ['-p', String(target.pid)] : ['--', ...command(mark)];
  const own = unprivileged ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'] : [];
  const program = library ? [process.execPath, '--input-type=module', '-e', LIBRARY_USER] : [RENACER, ...options];
  const [file, ...args] = [...own, ...program, ...what];
  const renacer = spawn(file, args, {
    stdio: 'ignore',
    cwd: unprivileged && !sweeps ? '/' : directory,
    env: { ...process.env, TMPDIR: directory },
  });
  await pause(afterMs);
  const descendants = sweeps ? descendantsOf(renacer.pid) : [];
  const lived = renacer.exitCode === null && renacer.signalCode === null;
  renacer.kill('SIGKILL');
  if (lived) await once(renacer, 'exit');
  // What was attached to lives on, and none of its tasks is stopped.
  let left = leftOf(renacer.pid, mark, directory, attach, descendants);
  for (let ms = 0; left.length > 0 && ms < graceMs; ms += 50) {
    await pause(50);
    left = leftOf(renacer.pid, mark, directory, attach, descendants);
  }
  if (attach) await endAll(mark);
  rmSync(directory, { recursive: true, force: true });
  return { mode, afterMs, lived, left };
}

/** What was attached to is a tree that forks. */
async function endAll(mark) {
  for (let found = [0]; found.length > 0; await pause(20)) {
    found = processes().filter(({ words }) => words.includes(mark));
    for (const { pid } of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
  }
}

/** How long what is left has to go, in ms: docs/tracer.md promises as much for a machine that is not busy. */
const [kills = 300, seed = 11, graceMs = 6000] = process.argv.slice(2).map(Number);
/** The time from the start to the full swing of a run on this machine: kills come before, at and after it. */
const lengthMs = 3 * (await oneStart());
const key = decisionKey(seed, 'kill-campaign', 'moments');
const names = Object.keys(MODES).filter((name) => process.getuid() === 0 || !MODES[name].unprivileged);
for (const name of names) {
  const { lived } = await killOne(name, MODES[name], lengthMs, kills + names.indexOf(name));
  if (!lived) throw new Error(`${name}: Renacer ended by itself: is this mode to be had here?`);
}
const before = new Set([readlinkSync('/proc/self/ns/net')]);
const results = [];
for (let count = 0; count < kills; count++) {
  const name = names[count % names.length];
  const result = await killOne(name, MODES[name], lengthMs * drawUnit(key, count, 0), count);
  results.push(result);
  for (const what of result.left)
    console.log(`left by ${name}, killed after ${Math.round(result.afterMs)} ms: ${what}`);
}
await pause(500);
const strange = [...namespaces()].filter((name) => !before.has(name));
for (const name of names) {
  const those = results.filter(({ mode }) => mode === name);
  const dirty = those.filter(({ left }) => left.length > 0).length;
  console.log(`${name.padEnd(24)} ${String(those.length).padStart(4)} kills, ${dirty} left something`);
}
const dirty = results.filter(({ left }) => left.length > 0).length;
const alive = results.filter(({ lived }) => lived).length;
console.log(
  `${results.length} kills (${alive} of a Renacer that ran), moments from 0 to ${Math.round(lengthMs)} ms: ${dirty} left something; new network namespaces: ${strange.length}`,
);
process.exitCode = dirty + strange.length > 0 ? 1 : 0;

async function oneStart() {
  const begun = performance.now();
  const renacer = spawn(RENACER, ['--chaos-timeout', '60s', '-o', '/dev/null', '--', 'true'], { stdio: 'ignore' });
  await once(renacer, 'exit');
  return performance.now() - begun;
}
