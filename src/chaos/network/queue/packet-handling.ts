import { type QueueOptions, WHOLE_PACKET } from '../../../linux/nfqueue.ts';
import type { NetworkConditions } from '../../settings.ts';

/** Enough for all headers and for a DNS query, and for packets of a usual size as a whole. */
const USUAL_PACKET_BYTES = 2048;
const NARROW_BYTES_PER_SEC = 64 << 20;
/** What TCP puts into one packet on Ethernet. */
const USUAL_SEGMENT_BYTES = 1460;
/** As much as can be copied, with its headers. */
const COPIED_SEGMENT_BYTES = 65_000;

/** How packets have to be handed over for what the rules do to them. */
export interface Handling {
  readonly segmentBytes: number | undefined;
  /** On arrival, and where packets leave the machine. */
  readonly arriving: QueueOptions;
  readonly leaving: QueueOptions;
}

/** `alone` says that only the tree's packets come by, as in a network namespace of its own. */
export function chooseHandling(rules: readonly NetworkConditions[], alone: boolean): Handling {
  // A connection that is reset after so many bytes gets the first part of a packet.
  const cuts = rules.some((rule) => rule.connectionDropRate || rule.connectionDropAfter);
  const alters = cuts || rules.some((rule) => rule.packetCorruptRate || rule.packetDuplicateRate);
  const delays = rules.some(
    (rule) => rule.networkLatencyMs || rule.networkJitterMs || rule.bandwidthBytesPerSec || rule.packetReorderRate,
  );
  // So narrow that one packet of 64 KiB would hold up all others for long, and TCP could have but a few on their way.
  const narrow = rules.some((rule) => (rule.bandwidthBytesPerSec ?? Number.POSITIVE_INFINITY) < NARROW_BYTES_PER_SEC);
  // In a namespace nobody else removes chains and no socket is charged, so a delay takes no copies. The buffer that copies go
  // through may be small there: what it has no room for is lost, as in a router, rather than spared.
  const copies = alters || (delays && !alone);
  const small = narrow || (alters && alone);
  const copyBytes = copies ? WHOLE_PACKET : USUAL_PACKET_BYTES;
  return {
    segmentBytes: small ? USUAL_SEGMENT_BYTES : copies ? COPIED_SEGMENT_BYTES : undefined,
    arriving: { copyBytes, segmentsMerged: !alters && !narrow, passesIfFull: !alone },
    leaving: { copyBytes, segmentsMerged: !copies, passesIfFull: !alone },
  };
}
