import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { guest, has, hasCompiler, RENACER, scratch } from '../support/guests.ts';
import { Terminal } from '../support/tmux.ts';

/** Says what it gets: each signal once, and when it goes on after a stop. */
const REPORTS = `
trap 'echo "got INT"' INT
trap 'echo "got CONT"' CONT
trap 'echo "got QUIT"; exit 4' QUIT
echo started
while :; do sleep 0.05; done
`;

let terminal: Terminal | undefined;
afterEach(() => terminal?.close());

function open(): Terminal {
  terminal = new Terminal();
  return terminal;
}

function count(screen: string, text: string): number {
  return screen.split(text).length - 1;
}

describe.skipIf(!has('tmux'))('job control in a real terminal (needs tmux)', () => {
  const script = path.join(scratch(), 'reports.sh');
  writeFileSync(script, REPORTS);

  // A stop of ours within vfork(2) makes that more likely than it is without a trace; dash blocks signals, and lets them in before execve.
  it.skipIf(!hasCompiler)('traced: a command that waits in vfork for a child that was stopped stops, too', async () => {
    const shell = open();
    await shell.shows(/ready>/);
    shell.line(`clear; ${RENACER} -o /dev/null -f --engine ptrace -- ${guest('vfork-stop')}`);
    await shell.shows(/started[\s\S]*Stopped/);
    shell.line('fg');
    await shell.shows(/child went on\s+over/);
  });

  for (const [how, options] of [
    ['traced', '-f --engine ptrace'],
    ['traced by the kernel', '-f --engine ebpf'],
    ['untraced', '--chaos-timeout 60s'],
  ]) {
    it(`${how}: each key reaches the target once; Ctrl-Z, bg, fg`, async () => {
      const shell = open();
      await shell.shows(/ready>/);
      shell.line(`clear; ${RENACER} -o /dev/null ${options} -- sh ${script}`);
      await shell.shows(/started/);
      shell.keys('C-c');
      await shell.shows(/got INT/);
      shell.keys('C-z');
      await shell.shows(/Stopped/);
      shell.line('bg');
      await shell.shows(/got CONT/);
      shell.line('fg');
      await shell.shows(/fg\n/);
      await shell.showsOn('C-z', /Stopped[\s\S]*Stopped/);
      shell.line('fg');
      await shell.shows(/got CONT[\s\S]*got CONT/);
      shell.keys('C-c');
      await shell.shows(/got INT[\s\S]*got INT/);
      shell.keys('C-\\');
      await shell.shows(/got QUIT[\s\S]*ready>$/);
      shell.line('echo "status $?"');
      const screen = await shell.shows(/^status 4/m);
      expect([count(screen, 'got INT'), count(screen, 'got CONT'), count(screen, 'got QUIT')]).toEqual([2, 2, 1]);
    });

    it.skipIf(!has('less'))(`${how}: a full-screen program puts the terminal in order before it stops`, async () => {
      const shell = open();
      await shell.shows(/ready>/);
      shell.line(`clear; ${RENACER} -o /dev/null ${options} -- less /etc/passwd`);
      await shell.shows(/root:/);
      shell.keys('C-z');
      await shell.shows(/Stopped/);
      shell.line('stty -a | grep -o "[-]*icanon"');
      await shell.shows(/^icanon/m);
      shell.line('fg');
      await shell.shows(/root:/);
      shell.keys('q');
      shell.line('echo over');
      await shell.shows(/^over/m);
    });

    it.skipIf(!has('less'))(
      `${how}: a full-screen program that a timeout kills leaves the terminal as it was`,
      async () => {
        const shell = open();
        await shell.shows(/ready>/);
        shell.line('stty -a > /tmp/before; clear'.replaceAll('/tmp', path.dirname(script)));
        // `trap` survives exec as ignoring: less does not end by SIGTERM then.
        shell.line(
          `${RENACER} -o /dev/null ${options} --chaos-timeout 1s --chaos-kill-after 200ms -- sh -c "trap '' TERM; exec less /etc/passwd"; echo "status $?"`,
        );
        await shell.shows(/root:/);
        await shell.shows(/status 124/);
        shell.line('stty -a | cmp - /tmp/before && echo the same'.replaceAll('/tmp', path.dirname(script)));
        await shell.shows(/^the same/m);
      },
    );

    it(`${how}: a shell with jobs of its own`, async () => {
      const shell = open();
      await shell.shows(/ready>/);
      shell.line(
        `clear; PS1="inn""er> " ${RENACER} -o /dev/null ${options} -- bash --norc --noprofile -i; echo "status $?"`,
      );
      await shell.shows(/inner>/);
      shell.line('sh -c "echo go; echo ing; sleep 100"');
      await shell.shows(/^ing/m);
      shell.keys('C-z');
      await shell.shows(/Stopped/);
      shell.line('bg; jobs');
      await shell.shows(/Running/);
      shell.line(`kill %1; wait; clear; sh -c "echo rea''dy; exec cat"`);
      await shell.shows(/^ready/m);
      shell.keys('C-c');
      await shell.shows(/\^C[\s\S]*inner>$/);
      shell.line('echo "and $?"');
      await shell.shows(/^and 130/m);
      shell.line('exit 5');
      await shell.shows(/status 5/);
    });
  }
});
