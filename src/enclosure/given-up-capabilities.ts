import { CAP, dropFromBoundingSet, inheritNoCapabilities } from '../linux/capabilities.ts';

/**
 * What no command in an enclosure can have, root's neither: what reaches beyond namespaces and read-only mounts. All others are left, since programs of root's
 * notice: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETUID, SETGID, SETPCAP, NET_BIND_SERVICE, NET_RAW, SYS_CHROOT, SYS_RESOURCE, ...
 */
const GIVEN_UP: readonly (keyof typeof CAP)[] = [
  // Mounts, namespaces, and half of all there is.
  'SYS_ADMIN',
  // The processor, the kernel, the machine and its clock.
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_BOOT',
  'SYS_TIME',
  'SYS_PACCT',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
  // A task of ours that shares our memory is pid 1 in there.
  'SYS_PTRACE',
  // A spin at a real-time priority would keep us from our processor.
  'SYS_NICE',
  // Files by their handles, whatever is mounted where.
  'DAC_READ_SEARCH',
  // Files that can't be put back.
  'LINUX_IMMUTABLE',
  // It makes the kernel load modules.
  'NET_ADMIN',
  // Rules and logs of the machine, and its terminals.
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'AUDIT_CONTROL',
  'AUDIT_READ',
  'SYS_TTY_CONFIG',
];

/** From now on, what this thread executes can have none of those. It keeps them itself. */
export function giveUpCapabilities(): void {
  inheritNoCapabilities();
  dropFromBoundingSet(GIVEN_UP.map((name) => CAP[name]));
}
