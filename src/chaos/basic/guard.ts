import { writeSync } from 'node:fs';
import { closeFd, makePipe } from '../../linux/fds.ts';
import { type GatedProcess, LaunchError } from '../../linux/gated-process.ts';
import { Launcher } from '../../linux/launcher.ts';
import { SystemCallError } from '../../linux/libc.ts';
import { hasEnded } from '../../linux/wait.ts';

/**
 * What the guard does: reads what there is to clean up, line by line, and forgets it when the run is over. When its stdin ends,
 * Renacer has ended, or died in a run. Then it kills what is left of the run, by its groups or its mark, until nothing is; then it removes the groups, and
 * takes the processes of a base back from renacer-home. POSIX shell, for any /bin/sh.
 */
const SCRIPT = `trap '' HUP INT TERM QUIT
base= mark= tries=250
while read -r word rest; do
  case $word in
    group) set -- "$@" "$rest" ;;
    base) base=$rest ;;
    mark) mark=$rest ;;
    over) set -- && base= mark= ;;
  esac
done
each_process() {
  for group; do cat "$group/cgroup.procs" "$group"/*/cgroup.procs "$group"/*/*/cgroup.procs; done 2>/dev/null
  [ -n "$mark" ] || return
  for limits in $(grep -ls "Max realtime timeout .* $mark " /proc/[0-9]*/limits); do
    grep -qs '^State:.[ZX]' "\${limits%/*}/status" || basename "\${limits%/*}"
  done
}
exists() {
  for group; do [ -d "$group" ] && return; done
  [ -n "$mark" ]
}
while exists "$@" && [ $((tries -= 1)) -gt 0 ]; do
  for group; do
    [ -e "$group/cgroup.kill" ] && echo 1 >"$group/cgroup.kill"
    [ -e "$group/cgroup.freeze" ] && echo 0 >"$group/cgroup.freeze"
    [ -e "$group/freezer.state" ] && echo FROZEN >"$group/freezer.state"
  done
  left=$(each_process "$@")
  for pid in $left; do [ "$pid" -gt 0 ] && kill -9 "$pid"; done
  for group; do
    [ -e "$group/freezer.state" ] && echo THAWED >"$group/freezer.state"
    rmdir "$group"/*/*/ "$group"/*/ "$group"
  done
  [ -z "$left" ] && mark=
  sleep 0.02
done
[ -d "$base/renacer-home" ] || exit
for group in "$base"/renacer-[0-9]*; do [ -d "$group" ] && exit; done
for controller in $(cat "$base/cgroup.subtree_control"); do echo "-$controller" >"$base/cgroup.subtree_control"; done
for pid in $(cat "$base/renacer-home/cgroup.procs"); do echo "$pid" >"$base/cgroup.procs"; done
rmdir "$base/renacer-home"`;

/** Guards that wait for another run; who is relieved beyond them ends. */
const MAX_WAITING = 4;
const waiting: Guard[] = [];
/** Those that end. */
const ending = new Set<number>();

/**
 * A process that outlives Renacer by a moment: a small shell that cleans up if this process dies in any way, SIGKILL included. It
 * holds the end of a pipe, which the kernel closes for us. It is told of each thing before that is made, so that there is no moment
 * at which a kill leaves something.
 *
 * It is in a session of its own, so that no Ctrl-C reaches it, and keeps none of our files, nor our directory. It guards one run at
 * a time, and then the next: to start it takes longer than all that it has to do.
 */
export class Guard {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly #pipe: number;
  #shell: GatedProcess | undefined;

  private constructor(shell: GatedProcess | undefined, pipe: number) {
    this.pid = shell?.pid;
    this.#shell = shell;
    this.#pipe = pipe;
  }

  /** For a run that begins. */
  static take(): Guard {
    for (let guard = waiting.pop(); guard; guard = waiting.pop()) {
      // Unless somebody has ended it meanwhile.
      if (guard.#say('over')) return guard;
      guard.#letGo();
    }
    for (const pid of ending) if (hasEnded(pid)) ending.delete(pid);
    return Guard.#start();
  }

  static #start(): Guard {
    const [theirs, ours] = makePipe();
    try {
      return new Guard(startShell(theirs), ours);
    } finally {
      closeFd(theirs);
    }
  }

  /** The directory of a control group that is about to be made. */
  group(directory: string): void {
    this.#say(`group ${directory}`);
  }

  /** A v2 group whose own processes are about to be moved into `renacer-home`. */
  base(directory: string): void {
    this.#say(`base ${directory}`);
  }

  /** The value of RLIMIT_RTTIME that marks the run's processes, where there are no groups. */
  mark(value: number): void {
    this.#say(`mark ${value}`);
  }

  /** The run is over, and all is in order: there is nothing to clean up. */
  relieve(): void {
    this.#finishStart();
    if (this.#say('over') && waiting.length < MAX_WAITING) waiting.push(this);
    else this.#letGo();
  }

  /** By now it has been executed for long: to wait for that at its start would take half of that time. */
  #finishStart(): void {
    try {
      this.#shell?.awaitExec();
    } catch (error) {
      // There is no such shell. Then a run is only less safe: the next one still finds what a killed one left.
      if (!(error instanceof LaunchError)) throw error;
    }
    this.#shell = undefined;
  }

  #letGo(): void {
    closeFd(this.#pipe);
    if (this.pid !== undefined) ending.add(this.pid);
  }

  /** False if there is nobody to hear it: it could not be started, or somebody has ended it. */
  #say(line: string): boolean {
    try {
      writeSync(this.#pipe, `${line}\n`);
      return true;
    } catch {
      return false;
    }
  }
}

/** Undefined if there can be none. Then, too, a run is only less safe. */
function startShell(pipe: number): GatedProcess | undefined {
  try {
    const shell = Launcher.launchOnce({
      file: '/bin/sh',
      argv: ['sh', '-c', SCRIPT, 'renacer-guard'],
      env: ['PATH=/usr/bin:/bin'],
      cwd: '/',
      // It says nothing, and there may be no /dev/null.
      stdio: [pipe, pipe, pipe],
      inheritedFds: [],
      rlimits: [],
      filter: undefined,
      noNewPrivileges: false,
      newSession: true,
      survives: true,
    });
    shell.open();
    return shell;
  } catch (error) {
    if (error instanceof LaunchError || error instanceof SystemCallError) return undefined;
    throw error;
  }
}
