// Prepares a command, and closes its gate as the end of this process would: the command must not be executed.
import { closeSync, readdirSync } from 'node:fs';
import { launchSpec } from './launch-spec.mjs';

const [dist, ...argv] = process.argv.slice(2);
const { Launcher } = await import(`${dist}/linux/launcher.js`);
const { Waiter } = await import(`${dist}/linux/wait.js`);
const openFds = () => readdirSync('/proc/self/fd').map(Number);
const before = new Set(openFds());
const gated = Launcher.launchOnce(launchSpec(argv));
for (const fd of openFds()) {
  try {
    if (!before.has(fd)) closeSync(fd);
  } catch {
    // The directory itself was read by this one.
  }
}
const waiter = new Waiter();
waiter.task(gated.pid);
console.log(waiter.status === 0 ? 'well' : 'not well');
