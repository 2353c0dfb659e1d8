import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { closeFd, makePipe } from '../../linux/fds.ts';

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

  private constructor(pid: number | undefined, pipe: number) {
    this.pid = pid;
    this.#pipe = pipe;
  }

  /** For a run that begins. */
  static take(): Guard {
    for (let guard = waiting.pop(); guard; guard = waiting.pop()) {
      // Unless somebody has ended it meanwhile.
      if (guard.#say('over')) return guard;
      closeFd(guard.#pipe);
    }
    return Guard.#start();
  }

  static #start(): Guard {
    const [theirs, ours] = makePipe();
    try {
      const guard = spawn('/bin/sh', ['-c', SCRIPT, 'renacer-guard'], {
        detached: true,
        cwd: '/',
        env: { PATH: '/usr/bin:/bin' },
        // It says nothing, and there may be no /dev/null.
        stdio: [theirs, theirs, theirs],
      });
      // Without a guard a run is only less safe: the next one still finds what a killed one left.
      guard.on('error', () => {});
      guard.unref();
      return new Guard(guard.pid, ours);
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
    if (this.#say('over') && waiting.length < MAX_WAITING) waiting.push(this);
    else closeFd(this.#pipe);
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
