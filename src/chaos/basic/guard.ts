import { type ChildProcess, spawn } from 'node:child_process';
import type { Remains } from './limits.ts';

/**
 * What the guard does: waits for a word or the end of its stdin. Without the word, Renacer has died: it kills what is left
 * of the run, by its groups ($3...) or its mark ($2), until nothing is; then it removes the groups, and takes the
 * processes of $1 back from renacer-home. POSIX shell, for any /bin/sh.
 */
const SCRIPT = `trap '' HUP INT TERM QUIT
read -r word && exit
base=$1 mark=$2 tries=250
shift 2
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
[ -n "$base" ] || exit
for group in "$base"/renacer-[0-9]*; do [ -d "$group" ] && exit; done
for controller in $(cat "$base/cgroup.subtree_control"); do echo "-$controller" >"$base/cgroup.subtree_control"; done
for pid in $(cat "$base/renacer-home/cgroup.procs"); do echo "$pid" >"$base/cgroup.procs"; done
rmdir "$base/renacer-home"`;

/** A process that outlives Renacer by a moment. */
export interface Guard {
  readonly pid: number | undefined;
  /** Tells it that all is in order; it ends and does nothing. */
  dismiss(): void;
}

/**
 * Starts a guard for a run that is not traced (a traced tree dies with its tracer by itself): a small shell that cleans up
 * if this process dies in any way, SIGKILL included. It holds the end of a pipe, which the kernel closes for us.
 *
 * It is in a session of its own, so that no Ctrl-C reaches it, and keeps none of our files, nor our directory.
 */
export function startGuard({ groups, base, mark }: Remains): Guard {
  const guard: ChildProcess = spawn(
    '/bin/sh',
    ['-c', SCRIPT, 'renacer-guard', base ?? '', String(mark ?? ''), ...groups],
    {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  // Without a guard a run is only less safe: the next one still finds what a killed one left.
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.unref();
  (guard.stdin as unknown as { unref(): void } | null)?.unref();
  return {
    pid: guard.pid,
    dismiss: () => guard.stdin?.end('dismissed\n'),
  };
}
