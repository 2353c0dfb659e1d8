import { readFileSync } from 'node:fs';

/** Numbers of capabilities(7). */
export const CAP = {
  SETGID: 6,
  SETUID: 7,
  NET_ADMIN: 12,
  NET_RAW: 13,
  SYS_PTRACE: 19,
  SYS_ADMIN: 21,
  PERFMON: 38,
  BPF: 39,
} as const;

/** Whether this process has a capability in force. */
export function hasCapability(capability: number): boolean {
  return has(capabilitySet('CapEff'), capability);
}

/** Those that no program which this process starts can ever get, by their numbers. */
export function unreachableCapabilities(): number[] {
  const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1'));
  const bounding = capabilitySet('CapBnd');
  return [...Array(last + 1).keys()].filter((capability) => !has(bounding, capability));
}

function capabilitySet(name: 'CapEff' | 'CapBnd'): bigint {
  const status = readFileSync('/proc/self/status', 'latin1');
  return BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
}

function has(set: bigint, capability: number): boolean {
  return ((set >> BigInt(capability)) & 1n) === 1n;
}
