import type { Calls } from './call-memory.ts';
import { keepAllCapabilities } from './capabilities.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { syscall } from './libc.ts';
import { enterNamespaces } from './namespaces.ts';
import { OwnCalls } from './own-calls.ts';
import { SYS } from './syscall-numbers.ts';
import type { User } from './users.ts';

const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const SECBIT_NO_SETUID_FIXUP = 4;
const F_SETFD = 2;
const SEEK_SET = 0;
const CLOSE_RANGE_CLOEXEC = 4;
const LAST_FD = 2 ** 32 - 1;
const SIGKILL = 9;
const SIGSTOP = 19;
const LAST_SIGNAL = 64;
const SIGSET_BYTES = 8;
const SIG_SETMASK = 2;
const SIG_DFL = 0;
const SIG_IGN = 1;
const KERNEL_SIGACTION_BYTES = 32;
/** All bits set. */
const RLIM_INFINITY = -1;

/** The calls that make a process of ours into a command, in a child at its gate or in this process itself. */

/** A system call with its arguments. */
export type Call = readonly [number: number, ...args: readonly number[]];

/** In the place of a call that there is no need for. */
export const NOTHING: Call = [SYS.gettid];

type SetUp = Omit<LaunchSpec, 'filter' | 'noNewPrivileges'>;

/** Executes a command in place of this process. Throws SystemCallError if that can't be done. */
export function executeHere(spec: SetUp): void {
  const calls = new OwnCalls(sizeOf(spec));
  setDispositions(calls, spec.signals?.ignored);
  for (const call of placeCalls(calls, spec)) calls.call(...call);
  setUp(calls, spec);
  if (spec.signals) {
    const blocked = calls.bytes(new Uint8Array(BigUint64Array.of(spec.signals.blocked).buffer));
    calls.call(SYS.rt_sigprocmask, SIG_SETMASK, blocked, 0, SIGSET_BYTES);
  }
  execute(calls, calls.string(spec.file), spec);
}

/**
 * All signals, whatever this process does with each: Node.js ignores SIGPIPE and SIGXFSZ, and what is ignored stays so across execve;
 * and a child that shares our memory must not run a handler of ours.
 */
export function setDispositions(calls: Calls, ignored: readonly number[] = []): void {
  const [standard, ignore] = [SIG_DFL, SIG_IGN].map((handler) => {
    const action = new Uint8Array(KERNEL_SIGACTION_BYTES);
    action[0] = handler;
    return calls.bytes(action);
  }) as [number, number];
  for (let signal = 1; signal <= LAST_SIGNAL; signal++) {
    if (signal === SIGKILL || signal === SIGSTOP) continue;
    calls.call(SYS.rt_sigaction, signal, ignored.includes(signal) ? ignore : standard, 0, SIGSET_BYTES);
  }
}

/** How many {@link placeCalls} there are. */
export const PLACE_CALLS = 4;

/** Stdio, and the directory. */
export function placeCalls(calls: Calls, { stdio, cwd }: Pick<LaunchSpec, 'stdio' | 'cwd'>): readonly Call[] {
  return [...stdio.map(stdioCall), cwd === undefined ? NOTHING : [SYS.chdir, calls.string(cwd)]];
}

function stdioCall(fd: number | undefined, target: number): Call {
  if (fd === undefined) return [SYS.close, target];
  if (fd !== target && fd <= 2) throw new RangeError(`stdio: fd ${fd} can't become ${target}`);
  // Node marks its own 0, 1 and 2 close-on-exec.
  return fd === target ? [SYS.fcntl, fd, F_SETFD, 0] : [SYS.dup3, fd, target, 0];
}

/** What else comes before execve. */
export function setUp(calls: Calls, spec: SetUp): void {
  const { inheritedFds, rlimits, namespaces, user } = spec;
  if (spec.renewsStdio) renewStdio(calls);
  if (spec.closesOthers) calls.call(SYS.close_range, 3, LAST_FD, CLOSE_RANGE_CLOEXEC);
  for (const fd of inheritedFds) calls.call(SYS.fcntl, fd, F_SETFD, 0);
  for (const { resource, soft, hard } of rlimits) {
    calls.call(SYS.prlimit64, 0, resource, calls.words([soft, hard].map(limitWord)), 0);
  }
  if (spec.newSession) calls.call(SYS.setsid);
  // Behind the limits: beyond its user namespace it has no privileges, even if we have.
  if (namespaces) enterNamespaces(calls, namespaces);
  if (spec.keepsCapabilities) keepAllCapabilities(calls);
  if (user) becomeUser(calls, user);
}

function renewStdio(calls: Calls): void {
  calls.call(SYS.lseek, 0, 0, SEEK_SET);
  for (const output of [1, 2]) {
    calls.call(SYS.ftruncate, output, 0);
    calls.call(SYS.lseek, output, 0, SEEK_SET);
  }
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

function limitWord(limit: number): number {
  return Number.isFinite(limit) ? limit : RLIM_INFINITY;
}

/** How much memory those calls need for their data, at most. */
export function sizeOf({ file, cwd, argv, env, user }: SetUp): number {
  const bytes = [file, cwd ?? '', ...argv, ...env].reduce((sum, text) => sum + Buffer.byteLength(text) + 24, 0);
  return bytes + 4 * (user?.groups.length ?? 0) + 8 * 1024;
}
