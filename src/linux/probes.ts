import { closeSync } from 'node:fs';
import { bind, errno, errnoName, syscall } from './libc.ts';
import { NativeMemory } from './memory.ts';

// Each probe asks the kernel for the thing itself, and gives it back at once: `undefined` is yes, else the name of the errno.
type Refusal = string | undefined;

const PTRACE_SEIZE = 0x4206;
const PTRACE_O_EXITKILL = 0x100000;
const SYS_SECCOMP = 317;
const SYS_BPF = 321;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_RET_TRACE = 0x7ff00000;
const BPF_MAP_CREATE = 0;
const BPF_MAP_TYPE_ARRAY = 2;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_NETFILTER = 12;

/** Seizes a child of ours with ptrace(2), and kills it. */
export function trySeize(childPid: number): Refusal {
  const ptrace = bind('ptrace', 'long', ['long', 'long', 'long', 'long']);
  const refusal = ptrace(PTRACE_SEIZE, childPid, 0, PTRACE_O_EXITKILL) < 0 ? errnoName(errno()) : undefined;
  process.kill(childPid, 'SIGKILL');
  return refusal;
}

/** Whether seccomp(2) knows filters that stop a task for its tracer. */
export function trySeccompTrace(): Refusal {
  return withMemory((memory) => {
    memory.u32[0] = SECCOMP_RET_TRACE;
    return syscall(SYS_SECCOMP, SECCOMP_GET_ACTION_AVAIL, 0, memory.address, 0, 0, 0);
  });
}

/** Creates the smallest map by bpf(2). */
export function tryBpf(): Refusal {
  return withMemory((memory) => {
    memory.u32.set([BPF_MAP_TYPE_ARRAY, 4, 4, 1]);
    return closing(syscall(SYS_BPF, BPF_MAP_CREATE, memory.address, 72, 0, 0, 0));
  });
}

/** Opens the socket that nftables and packet queues are spoken to through. Whether it may be used is CAP_NET_ADMIN's. */
export function tryNetfilterSocket(): Refusal {
  const socket = bind('socket', 'int', ['int', 'int', 'int']);
  return refusalOf(closing(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)));
}

function withMemory(call: (memory: NativeMemory) => number): Refusal {
  const memory = NativeMemory.allocate(4096);
  const refusal = refusalOf(call(memory));
  memory.free();
  return refusal;
}

function refusalOf(result: number): Refusal {
  return result < 0 ? errnoName(errno()) : undefined;
}

function closing(fd: number): number {
  if (fd >= 0) closeSync(fd);
  return fd;
}
