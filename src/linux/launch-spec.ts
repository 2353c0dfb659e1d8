import type { NamespaceFds } from './namespaces.ts';
import type { User } from './users.ts';

export interface Rlimit {
  /** RLIMIT_* number. */
  readonly resource: number;
  /** Infinity for RLIM_INFINITY. */
  readonly soft: number;
  readonly hard: number;
}

/** What a command finds of signals when it starts. */
export interface LaunchSignals {
  /** Bit n-1 stands for signal n. */
  readonly blocked: bigint;
  readonly ignored: readonly number[];
}

/** What is to be started. Nothing here is looked up: `file` is a path, the environment is complete. */
export interface LaunchSpec {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The directory to start in; ours if undefined. */
  readonly cwd: string | undefined;
  /** Which of our file descriptors become 0, 1 and 2. Each is either its own number or above 2; undefined: it is closed. */
  readonly stdio: readonly [number | undefined, number | undefined, number | undefined];
  /** It begins to read at the start of 0, and finds 1 and 2, which are files, empty, whoever has used them before. */
  readonly renewsStdio?: boolean | undefined;
  /** More of ours, which it gets under their numbers. */
  readonly inheritedFds: readonly number[];
  readonly rlimits: readonly Rlimit[];
  /** By default none is ignored, and those are blocked that our main thread blocks. */
  readonly signals?: LaunchSignals | undefined;
  /** Who it runs as; we must be root. The same as we if undefined. */
  readonly user?: User | undefined;
  /** A seccomp program (see seccomp-filter.ts) that the command starts with. */
  readonly filter: Uint8Array | undefined;
  /** Needed for a filter without CAP_SYS_ADMIN; it makes setuid programs lose their privilege. */
  readonly noNewPrivileges: boolean;
  /** The directory of a cgroup v2 that it is to be born in, where that can be: see {@link GatedProcess.outside}. */
  readonly cgroup?: string | undefined;
  /** Those of groups of cgroup v1 that it enters by itself, where it can. */
  readonly cgroupsV1?: readonly string[] | undefined;
  /** It leads a session of its own, without a terminal. */
  readonly newSession?: boolean | undefined;
  /** It need not end with us while it has yet to be executed, once its gate is open. */
  readonly survives?: boolean | undefined;
  /** All other descriptors are closed by execve, however this process came by them. */
  readonly closesOthers?: boolean | undefined;
  /** Namespaces that it is born into, and is the first in: flags of clone(2). Nobody maps its ids: see id-maps.ts. It is in no cgroup then. */
  readonly newNamespaces?: number | undefined;
  /** What it executes has all capabilities that it can have: those of a user namespace that it is born into. */
  readonly keepsCapabilities?: boolean | undefined;
  /** It is killed when the thread ends that has started it; programs that gain privileges are not. */
  readonly diesWithUs?: boolean | undefined;
  /** Where it is to be, if not where we are. */
  readonly namespaces?: NamespaceFds | undefined;
  /** Its id in the pid namespace of those, where the kernel lets us choose; 2 if undefined. */
  readonly pid?: number | undefined;
}
