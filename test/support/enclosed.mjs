/**
 * Opens an enclosure and runs shell commands in it, one after another: stdin is JSON of {input, scripts, ...}. Prints what came of it as JSON.
 * An enclosure is its process's, so each test has one of these; start-enclosed.mjs starts it.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { openWorkplace } from '../../dist/enclosure/open-workplace.js';
import { Launcher } from '../../dist/linux/launcher.js';
import { Waiter } from '../../dist/linux/wait.js';
import { launchSpec } from './launch-spec.mjs';

const {
  input,
  scripts,
  env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  argv = ['sh'],
  network = 'own',
  isolation = 'full',
  scratch,
} = JSON.parse(readFileSync(0, 'utf8'));
const waiter = new Waiter();

function outputFile(name) {
  const file = `${scratch}/${name}-${process.pid}`;
  const fd = openSync(file, 'a+');
  unlinkSync(file);
  return fd;
}

const stdin = openSync('/dev/null', 'r');
const [stdout, stderr] = ['stdout', 'stderr'].map(outputFile);
try {
  // As who sweeps the directory where he is.
  process.chdir(input);
  const enclosure = openWorkplace({
    ...{ isolation, network, input, leftOut: [], ignores: () => false },
    ...{ file: '/bin/sh', argv, env },
  });
  const runs = scripts.map((script) => {
    const launcher = new Launcher({
      ...launchSpec(['/bin/sh', '-c', script]),
      env,
      cwd: enclosure.directory,
      stdio: [stdin, stdout, stderr],
      namespaces: enclosure.namespaces,
    });
    const gated = launcher.start();
    gated.open();
    gated.awaitExec();
    waiter.task(gated.pid);
    const { status } = waiter;
    launcher.free();
    while (enclosure.killAll?.());
    const [out, err] = [stdout, stderr].map((fd) => {
      const text = readFileSync(`/proc/self/fd/${fd}`, 'utf8');
      ftruncateSync(fd, 0);
      return text;
    });
    const run = { status, stdout: out, stderr: err, changes: enclosure.changes(), outside: enclosure.changesOutside() };
    enclosure.restore();
    return { ...run, left: [enclosure.changes(), enclosure.changesOutside()].flat() };
  });
  const listed = enclosure.within(() => execFileSync('ls', ['-A', input], { encoding: 'utf8' }));
  const cwd = execFileSync('pwd', { encoding: 'utf8' });
  enclosure.close();
  console.log(JSON.stringify({ runs, listed, cwd }));
} catch (error) {
  if (error.name !== 'RenacerError') throw error;
  console.log(JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } }));
}
closeSync(stdin);
