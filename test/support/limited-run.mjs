// node limited-run.mjs DIST REQUEST_JSON GUARD(yes|no) COMMAND [ARG...]
// Runs a command under limits of the built package, by the plainest launcher there can be: a shell that waits at a gate
// while it is put into its groups. Prints one line of JSON when the command has started, and one when it has ended.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';

const [dist, request, guarded, ...command] = process.argv.slice(2);
const { prepareLimits } = await import(`${dist}/chaos/basic/limits.js`);
const { Guard } = await import(`${dist}/chaos/basic/guard.js`);
const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);

const guard = guarded === 'yes' ? Guard.take() : undefined;
const limits = prepareLimits(JSON.parse(request), guard);
const child = spawn('/bin/sh', ['-c', 'read gate; exec "$@"', 'gate', ...command], {
  stdio: ['pipe', 'ignore', 'pipe'],
});
for (const group of limits.groups) writeFileSync(`${group}/cgroup.procs`, String(child.pid));
for (const { resource, soft, hard } of limits.rlimits) {
  const name = { 2: 'data', 15: 'rttime' }[resource];
  execFileSync('prlimit', [
    '--pid',
    String(child.pid),
    `--${name}=${soft}:${Number.isFinite(hard) ? hard : 'unlimited'}`,
  ]);
}
let stderr = '';
child.stderr.on('data', (data) => (stderr += data));
limits.started(child.pid);
child.stdin.write('\n');
say({ pid: child.pid, backends: limits.backends, groups: limits.groups, guard: guard?.pid });

const [code, signal] = await once(child, 'exit');
const usage = limits.usage();
const daemons = limits.processIds();
limits.killTree();
await limits.dispose();
for (let ms = 0; ms < 2000 && !limits.isEmpty(); ms += 10) await new Promise((resolve) => setTimeout(resolve, 10));
guard?.relieve();
say({ code, signal, usage, daemons, left: limits.processIds(), stderr });
