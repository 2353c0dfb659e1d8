import type { PreparedNetwork } from '../../chaos/network/prepared-network.ts';
import type { FiredFault } from '../../faults/fault-policy.ts';
import { faultText } from '../../faults/replay-file.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import { toEpochSeconds } from '../../linux/clock.ts';
import type { InjectedCallFault, InjectedPacketFault, InjectedSignal } from '../../model/run-result.ts';
import { syscallName } from '../../syscalls/syscall-table.ts';

/** What was injected, in the words of a result. */

export function signalFault(sent: SentSignal): InjectedSignal {
  return {
    kind: 'signal',
    rule: sent.rule,
    at: {
      lineage: sent.lineage,
      syscall: sent.nr < 0 ? undefined : syscallName(sent.nr),
      ordinal: sent.ordinal,
    },
    tid: sent.tid,
    timeMs: sent.timeMs,
    moment: sent.moment,
    signal: sent.signal,
    fate: sent.fate,
    note: sent.note,
  };
}

export function callFault(fired: FiredFault): InjectedCallFault {
  const { rule, lineage, tid, syscall, ordinal, timeMs, stack } = fired;
  return { kind: 'call', rule, at: { lineage, syscall, ordinal }, tid, timeMs, fault: faultText(fired), stack };
}

/** `startMs`: when the command was executed, by the monotonic clock. */
export function packetFaults(network: PreparedNetwork | undefined, startMs: number): InjectedPacketFault[] {
  return (network?.faults() ?? []).map(({ kind, time, ...place }) => ({
    ...place,
    kind: 'packet',
    fault: kind,
    // The start is noted a moment after the command was executed.
    timeMs: Math.max(0, (time - toEpochSeconds(startMs)) * 1000),
  }));
}
