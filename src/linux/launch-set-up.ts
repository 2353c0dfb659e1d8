import type { Calls } from './call-memory.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { syscall } from './libc.ts';
import { enterNamespaces } from './namespaces.ts';
import { OwnCalls } from './own-calls.ts';
import { signalDispositions } from './signals.ts';
import { SYS } from './syscall-numbers.ts';
import type { User } from './users.ts';

/** The calls that make a process of ours into a command, in a child at its gate or in this process itself. */

const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const SECBIT_NO_SETUID_FIXUP = 4;
const F_SETFD = 2;
const LAST_SIGNAL = 64;
const SIGSET_BYTES = 8;
const SIG_SETMASK = 2;
const SIG_IGN = 1;
/** A struct sigaction of the kernel that is all zero: SIG_DFL. */
const KERNEL_SIGACTION_BYTES = 32;
/** All bits set. */
const RLIM_INFINITY = -1;

type SetUp = Omit<LaunchSpec, 'filter' | 'noNewPrivileges'>;

/** Executes a command in place of this process. Throws SystemCallError if that can't be done. */
export function executeHere(spec: SetUp): void {
  const calls = new OwnCalls(dataSize(spec));
  setUp(calls, spec);
  if (spec.signals) {
    const blocked = calls.bytes(new Uint8Array(BigUint64Array.of(spec.signals.blocked).buffer));
    calls.call(SYS.rt_sigprocmask, SIG_SETMASK, blocked, 0, SIGSET_BYTES);
  }
  execute(calls, calls.string(spec.file), spec);
}

/** Everything but the program itself, as the process that is to become the command calls it. */
export function setUp(calls: Calls, { stdio, inheritedFds, cwd, rlimits, signals, namespaces, user }: SetUp): void {
  setDispositions(calls, signals?.ignored ?? []);
  setUpStdio(calls, stdio);
  for (const fd of inheritedFds) calls.call(SYS.fcntl, fd, F_SETFD, 0);
  if (cwd !== undefined) calls.call(SYS.chdir, calls.string(cwd));
  for (const { resource, soft, hard } of rlimits) {
    calls.call(SYS.prlimit64, 0, resource, calls.words([soft, hard].map(limitWord)), 0);
  }
  // Behind the limits: beyond its user namespace it has no privileges, even if we have.
  if (namespaces) enterNamespaces(calls, namespaces);
  if (user) becomeUser(calls, user);
}

export function execute(calls: Calls, path: number, { argv, env }: SetUp): void {
  calls.call(SYS.execve, path, calls.strings(argv), calls.strings(env));
}

/**
 * Changes users, but keeps its capabilities until execve: it may need them for a filter. (Without one of these bits the
 * kernel would take them away with the user id.) No step can fail unnoticed: all come before the gate.
 */
function becomeUser(calls: Calls, { uid, gid, groups }: User): void {
  const securebits = syscall(SYS.prctl, PR_GET_SECUREBITS, 0, 0, 0, 0, 0);
  calls.call(SYS.prctl, PR_SET_SECUREBITS, securebits | SECBIT_NO_SETUID_FIXUP);
  calls.call(SYS.setgroups, groups.length, calls.bytes(new Uint8Array(Uint32Array.from(groups).buffer)));
  calls.call(SYS.setresgid, gid, gid, gid);
  calls.call(SYS.setresuid, uid, uid, uid);
  calls.call(SYS.prctl, PR_SET_SECUREBITS, securebits);
}

/** What is ignored stays so across execve: Node.js ignores SIGPIPE and SIGXFSZ. */
function setDispositions(calls: Calls, ignored: readonly number[]): void {
  const dispositions = signalDispositions('thread-self');
  const [standard, ignore] = [0, SIG_IGN].map((handler) => {
    const action = new Uint8Array(KERNEL_SIGACTION_BYTES);
    action[0] = handler;
    return calls.bytes(action);
  }) as [number, number];
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    const isToBeIgnored = ignored.includes(signal);
    if (isToBeIgnored === dispositions?.ignores(signal)) continue;
    calls.call(SYS.rt_sigaction, signal, isToBeIgnored ? ignore : standard, 0, SIGSET_BYTES);
  }
}

function setUpStdio(calls: Calls, stdio: LaunchSpec['stdio']): void {
  stdio.forEach((fd, target) => {
    if (fd === undefined) {
      calls.call(SYS.close, target);
      return;
    }
    if (fd !== target && fd <= 2) throw new RangeError(`stdio: fd ${fd} can't become ${target}`);
    // Node marks its own 0, 1 and 2 close-on-exec.
    if (fd === target) calls.call(SYS.fcntl, fd, F_SETFD, 0);
    else calls.call(SYS.dup3, fd, target, 0);
  });
}

function limitWord(limit: number): number {
  return Number.isFinite(limit) ? limit : RLIM_INFINITY;
}

/** How much memory those calls need for their data, at most. */
export function dataSize(spec: SetUp & Pick<Partial<LaunchSpec>, 'filter'>): number {
  const texts = [spec.file, spec.cwd ?? '', ...spec.argv, ...spec.env];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 24, 0);
  return bytes + (spec.filter?.length ?? 0) + 4 * (spec.user?.groups.length ?? 0) + 64 * 1024;
}
