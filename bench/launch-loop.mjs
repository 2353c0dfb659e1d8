// node launch-loop.mjs STARTS: one Launcher starts /bin/true so often, and waits for each. For bench/warm.mjs.
import { Launcher } from '../dist/linux/launcher.js';
import { Waiter } from '../dist/linux/wait.js';
import { launchSpec } from '../test/support/launch-spec.mjs';

const launcher = new Launcher(launchSpec(['/bin/true']));
const waiter = new Waiter();
for (let starts = Number(process.argv[2]); starts > 0; starts--) {
  const gated = launcher.start();
  gated.open();
  gated.awaitExec();
  waiter.task(gated.pid);
}
launcher.free();
