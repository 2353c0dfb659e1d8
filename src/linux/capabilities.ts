import { readFileSync } from 'node:fs';
import type { Calls } from './call-memory.ts';
import { OwnCalls } from './own-calls.ts';
import { SYS } from './syscall-numbers.ts';

/** Numbers of capabilities(7). */
export const CAP = {
  DAC_OVERRIDE: 1,
  DAC_READ_SEARCH: 2,
  SETGID: 6,
  SETUID: 7,
  SETPCAP: 8,
  LINUX_IMMUTABLE: 9,
  NET_ADMIN: 12,
  NET_RAW: 13,
  SYS_MODULE: 16,
  SYS_RAWIO: 17,
  SYS_CHROOT: 18,
  SYS_PTRACE: 19,
  SYS_PACCT: 20,
  SYS_ADMIN: 21,
  SYS_BOOT: 22,
  SYS_NICE: 23,
  SYS_TIME: 25,
  SYS_TTY_CONFIG: 26,
  AUDIT_CONTROL: 30,
  MAC_OVERRIDE: 32,
  MAC_ADMIN: 33,
  SYSLOG: 34,
  WAKE_ALARM: 35,
  BLOCK_SUSPEND: 36,
  AUDIT_READ: 37,
  PERFMON: 38,
  BPF: 39,
  CHECKPOINT_RESTORE: 40,
} as const;

const PR_CAPBSET_DROP = 24;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;
const CAPABILITY_VERSION_3 = 0x2008_0522;
const CALL_BYTES = 4096;

/** Bit n stands for capability n. */
interface CapabilitySets {
  readonly effective: bigint;
  readonly permitted: bigint;
  readonly inheritable: bigint;
}

/** What this thread executes gets no capability from it, unless it executes as root. */
export function inheritNoCapabilities(): void {
  withCalls((calls) => {
    calls.call(SYS.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    setCapabilities(calls, {
      effective: capabilitySet('CapEff'),
      permitted: capabilitySet('CapPrm'),
      inheritable: 0n,
    });
  });
}

/** Nothing that this thread executes can have these. Throws SystemCallError. */
export function dropFromBoundingSet(capabilities: readonly number[]): void {
  const last = lastCapability();
  withCalls((calls) => {
    for (const capability of capabilities)
      if (capability <= last) calls.call(SYS.prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
  });
}

/** Appends the calls by which a process that has all capabilities keeps them when it executes a program. */
export function keepAllCapabilities(calls: Calls): void {
  const unreachable = new Set(unreachableCapabilities());
  const kept = allCapabilities().filter((capability) => !unreachable.has(capability));
  const set = kept.reduce((sum, capability) => sum | (1n << BigInt(capability)), 0n);
  setCapabilities(calls, { effective: set, permitted: set, inheritable: set });
  for (const capability of kept) calls.call(SYS.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
}

/** capset(2). */
function setCapabilities(calls: Calls, { effective, permitted, inheritable }: CapabilitySets): void {
  const sets = [effective, permitted, inheritable];
  const halves = [...sets.map((set) => set & 0xffff_ffffn), ...sets.map((set) => set >> 32n)];
  const header = calls.bytes(new Uint8Array(Uint32Array.of(CAPABILITY_VERSION_3, 0).buffer));
  calls.call(SYS.capset, header, calls.bytes(new Uint8Array(Uint32Array.from(halves, Number).buffer)));
}

function withCalls(body: (calls: OwnCalls) => void): void {
  const calls = new OwnCalls(CALL_BYTES);
  try {
    body(calls);
  } finally {
    calls.arena.free();
  }
}

/** Whether this process has a capability in force. */
export function hasCapability(capability: number): boolean {
  return has(capabilitySet('CapEff'), capability);
}

/** Those that no program which this process starts can ever get, by their numbers. */
export function unreachableCapabilities(): number[] {
  const bounding = capabilitySet('CapBnd');
  return allCapabilities().filter((capability) => !has(bounding, capability));
}

/** All that this kernel knows. */
export function allCapabilities(): number[] {
  return [...Array(lastCapability() + 1).keys()];
}

function lastCapability(): number {
  return Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1'));
}

function capabilitySet(name: 'CapEff' | 'CapPrm' | 'CapBnd'): bigint {
  const status = readFileSync('/proc/thread-self/status', 'latin1');
  return BigInt(`0x${new RegExp(`^${name}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
}

function has(set: bigint, capability: number): boolean {
  return ((set >> BigInt(capability)) & 1n) === 1n;
}
