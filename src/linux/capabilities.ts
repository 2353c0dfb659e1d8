import { readFileSync } from 'node:fs';

/** Numbers of capabilities(7). */
export const CAP = { NET_ADMIN: 12, SYS_PTRACE: 19, SYS_ADMIN: 21, PERFMON: 38, BPF: 39 } as const;

/** Whether this process has a capability in force. */
export function hasCapability(capability: number): boolean {
  const status = readFileSync('/proc/self/status', 'latin1');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return ((effective >> BigInt(capability)) & 1n) === 1n;
}
