import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { CAP, hasCapability } from '../linux/capabilities.ts';
import { demandLibc } from '../linux/libc.ts';
import { tryBpf, tryNetfilterSocket, trySeccompTrace, trySeize } from '../linux/probes.ts';
import { tryDebugRegisters } from '../linux/try-debug-registers.ts';
import { ifAvailable } from './basic/group-unavailable.ts';
import { RunGroups } from './basic/run-groups.ts';
import { groupName, newRunIdentity } from './basic/run-identity.ts';
import { inContainer, isRoot, sysctl } from './machine.ts';

/** One thing that this machine lets us do, or not. Found by doing it. */
export interface Capability {
  readonly name: CapabilityName;
  readonly available: boolean;
  /** What was found: values and reasons. */
  readonly detail: string;
  /** How to get it, where it is missing and can be had. */
  readonly fix?: string;
}

export const CAPABILITY_NAMES = [
  'ptrace',
  'seccomp filters',
  'cgroup v2',
  'cgroup v1',
  'NET_ADMIN',
  'BPF',
  'user namespaces',
  'debug registers',
] as const;

export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

const PROBES: Readonly<Record<CapabilityName, () => Omit<Capability, 'name'>>> = {
  ptrace: probePtrace,
  'seccomp filters': probeSeccomp,
  'cgroup v2': () => probeGroups((groups, controller) => groups.v2(controller === undefined ? [] : [controller])),
  'cgroup v1': () => probeGroups((groups, controller) => groups.v1(controller ?? 'freezer')),
  NET_ADMIN: probeNetAdmin,
  BPF: probeBpf,
  'user namespaces': probeUserNamespaces,
  'debug registers': probeDebugRegisters,
};

/** Tries one thing for real, and undoes it. The slowest (user namespaces) takes a few milliseconds. */
export function probeCapability(name: CapabilityName): Capability {
  demandLibc();
  return { name, ...PROBES[name]() };
}

/** Tries everything that some tier may need. */
export function probeCapabilities(): Capability[] {
  return CAPABILITY_NAMES.map(probeCapability);
}

function probePtrace(): Omit<Capability, 'name'> {
  const scope = sysctl('kernel.yama.ptrace_scope');
  const found = scope === undefined ? 'no yama' : `yama ptrace_scope ${scope}`;
  const child = spawn('sleep', ['5'], { stdio: 'ignore' });
  child.on('error', () => {});
  const refusal = child.pid === undefined ? 'no child process could be started' : trySeize(child.pid);
  if (refusal === undefined) return { available: true, detail: `a child could be traced (${found})` };
  return {
    available: false,
    detail: `a child could not be traced: ${refusal} (${found})`,
    fix: fix(
      '--cap-add=SYS_PTRACE',
      scope === '3'
        ? 'a reboot without kernel.yama.ptrace_scope=3'
        : scope === '2'
          ? 'run as root, or ask root for sysctl kernel.yama.ptrace_scope=1'
          : 'run as root',
    ),
  };
}

function probeSeccomp(): Omit<Capability, 'name'> {
  const refusal = trySeccompTrace();
  if (refusal === undefined) return { available: true, detail: 'filters can stop single system calls' };
  return {
    available: false,
    detail: `seccomp(2): ${refusal}`,
    fix: fix('--security-opt seccomp=unconfined', 'a kernel with CONFIG_SECCOMP_FILTER'),
  };
}

function probeDebugRegisters(): Omit<Capability, 'name'> {
  const refusal = tryDebugRegisters();
  if (refusal === undefined) return { available: true, detail: 'reads and writes of a variable can be watched' };
  return {
    available: false,
    detail: refusal,
    fix: fix('--cap-add=SYS_PTRACE', 'a machine, or a virtual machine, that has them'),
  };
}

/** A group of our own, and which controllers it can have. */
function probeGroups(make: (groups: RunGroups, controller?: string) => object): Omit<Capability, 'name'> {
  const groups = new RunGroups(groupName(newRunIdentity()));
  let why = '';
  const can = (controller?: string): boolean => {
    const group = ifAvailable(
      () => make(groups, controller),
      (reason) => {
        why = reason;
      },
    );
    return group !== undefined;
  };
  const available = can();
  const controllers = available ? ['memory', 'cpu'].filter(can) : [];
  groups.remove();
  if (controllers.length === 2) return { available, detail: 'limits memory and CPU, holds the tree together' };
  if (available)
    return { available, detail: `holds the tree together, limits ${controllers.join() || 'nothing'}: ${why}` };
  return {
    available,
    detail: why,
    fix: fix(
      // With a cgroup namespace of its own, a container can't find itself in the host's mount.
      '--privileged, or --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:rw',
      isRoot()
        ? 'mount it, writable (one of v1 and v2 is enough)'
        : 'run as root, or by `systemd-run --user --scope -p Delegate=yes renacer ...`',
    ),
  };
}

function probeNetAdmin(): Omit<Capability, 'name'> {
  const socket = tryNetfilterSocket();
  const permitted = hasCapability(CAP.NET_ADMIN);
  if (permitted && socket === undefined) return { available: true, detail: 'CAP_NET_ADMIN, and netfilter answers' };
  return {
    available: false,
    detail: permitted ? `the kernel offers no netfilter socket: ${socket}` : 'no CAP_NET_ADMIN',
    fix: fix('--cap-add=NET_ADMIN', permitted ? 'modprobe nf_tables nfnetlink_queue' : 'run as root'),
  };
}

function probeBpf(): Omit<Capability, 'name'> {
  const types = existsSync('/sys/kernel/btf/vmlinux') ? 'with BTF' : 'without BTF';
  const privileged = hasCapability(CAP.SYS_ADMIN) || (hasCapability(CAP.BPF) && hasCapability(CAP.PERFMON));
  const refusal = privileged ? tryBpf() : 'no CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN)';
  if (refusal === undefined) return { available: true, detail: `programs can be loaded, ${types}` };
  // Docker's own filter refuses bpf(2) to those who have the capabilities, too.
  return {
    available: false,
    detail: refusal,
    fix: privileged
      ? fix('--security-opt seccomp=unconfined (or --cap-add=SYS_ADMIN)', 'a kernel that lets root load programs')
      : fix('--cap-add=BPF --cap-add=PERFMON', 'run as root'),
  };
}

function probeUserNamespaces(): Omit<Capability, 'name'> {
  const { status, error } = spawnSync('unshare', ['--user', '--map-root-user', '--net', 'true'], {
    stdio: 'ignore',
    timeout: 2000,
  });
  if (status === 0) return { available: true, detail: 'a user and network namespace could be made' };
  const settings = [
    'kernel.unprivileged_userns_clone',
    'kernel.apparmor_restrict_unprivileged_userns',
    'user.max_user_namespaces',
  ]
    .flatMap((name) => sysctl(name) && `${name}=${sysctl(name)}`)
    .filter(Boolean);
  return {
    available: false,
    detail: `${error === undefined ? 'refused by the kernel' : 'unshare(1) is not installed'} (${settings.join(', ')})`,
    fix: fix('--security-opt seccomp=unconfined', userNamespaceFix(error !== undefined)),
  };
}

function userNamespaceFix(isMissing: boolean): string {
  if (isMissing) return 'install unshare(1), of util-linux';
  if (isChrooted()) return 'leave the chroot: none can be made within one';
  return isRoot() ? 'change these settings by sysctl' : 'ask root to change these settings by sysctl';
}

/** Whether `/` is another directory than that of the first process. False where that can't be known. */
function isChrooted(): boolean {
  try {
    const [ours, first] = [statSync('/'), statSync('/proc/1/root/')];
    return ours.ino !== first.ino || ours.dev !== first.dev;
  } catch {
    return false;
  }
}

function fix(dockerFlags: string, otherwise: string): string {
  // Capabilities that a container has are those of its root.
  return inContainer() ? `docker run ${isRoot() ? '' : '--user root '}${dockerFlags}` : otherwise;
}
