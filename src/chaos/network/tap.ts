import { randomInt } from 'node:crypto';
import { epochSeconds, monotonicMs } from '../../linux/clock.ts';
import { NetlinkError } from '../../linux/netlink.ts';
import { OwnerTable } from '../../linux/nf-tables.ts';
import {
  BATCH,
  NF_ACCEPT,
  NF_DROP,
  PacketQueues,
  type QueuedPacket,
  type QueueOptions,
  WHOLE_PACKET,
} from '../../linux/nfqueue.ts';
import { RawSender } from '../../linux/raw-socket.ts';
import { RenacerError } from '../../model/errors.ts';
import type { NetworkConditions } from '../settings.ts';
import type { PacketOutput } from './departures.ts';
import { FaultLog, type FaultReaders } from './fault-log.ts';
import { Impairment, type ResolvedRule } from './impairment.ts';
import { PacketEngine, type PacketOrigin } from './packet-engine.ts';
import { type RuleScope, treeRules } from './rules.ts';

/** The queues of runs are in triples from here on. */
const FIRST_QUEUE = 0x5200;
const TRIPLES = 64;
/** A run is named by so many labels of the upper 64 (others who use labels begin with the lowest). */
const LABELS_PER_RUN = 8;
const MARK_BASE = 0x52450000;
/** Enough for all headers and for a DNS query, and for packets of a usual size as a whole. */
const USUAL_PACKET_BYTES = 2048;
const NARROW_BYTES_PER_SEC = 64 << 20;
/** What TCP puts into one packet on Ethernet. */
const USUAL_SEGMENT_BYTES = 1460;
/** As much as can be copied, with its headers. */
const COPIED_SEGMENT_BYTES = 65_000;
const ENOENT = 2;
/** More than one batch a turn would let what is due wait. */
const BATCHES_PER_TURN = 4;

/** The tap on the tree's packets: rules and queues of the kernel, and the engine that decides. */
export interface Tap {
  readonly engine: PacketEngine;
  readonly fd: number;
  /** Takes the packets that have arrived. */
  receive(now: number): void;
  /** Sends the verdicts so far. */
  flush(): void;
  /** Removes the rules, lets all packets go, and closes the queues. */
  close(): void;
}

/** Opens the tap. From here on every packet of the tree comes by. Throws what the kernel says. */
export function openTap(
  rules: readonly ResolvedRule[],
  seed: number,
  cgroup: RuleScope['cgroup'],
  readers: FaultReaders,
): Tap {
  const queues = PacketQueues.open();
  const makeEngine = (output: PacketOutput): PacketEngine => {
    const log = new FaultLog(epochSeconds() * 1000 - monotonicMs(), readers);
    return new PacketEngine(new Impairment(rules, seed, readers.recorded), log, output);
  };
  let sender: RawSender | undefined;
  try {
    const index = claimQueues(queues);
    const first = FIRST_QUEUE + index * 3;
    const { segmentBytes, arriving, leaving } = chooseHandling(rules.map(({ rule }) => rule));
    const scope: RuleScope = {
      cgroup,
      labels: chooseLabels(),
      mark: MARK_BASE + index,
      segmentBytes,
      queues: { known: first, inbound: first + 1, outbound: first + 2 },
    };
    queues.configure(scope.queues.known, arriving);
    queues.configure(scope.queues.inbound, arriving);
    queues.configure(scope.queues.outbound, leaving);
    sender = RawSender.open(scope.mark);
    return new OpenTap(queues, sender, createTable(scope), scope, makeEngine);
  } catch (error) {
    sender?.close();
    queues.close();
    throw error;
  }
}

/**
 * Labels stay on connections that outlive their run, and a connection between the trees of two runs carries those of both.
 * So a run is named by a random combination, of which there are billions.
 */
function chooseLabels(): Uint8Array {
  const labels = new Uint8Array(16);
  for (let chosen = 0; chosen < LABELS_PER_RUN; ) {
    const bit = randomInt(64, 128);
    const mask = 1 << (bit & 7);
    if ((labels[bit >> 3]! & mask) !== 0) continue;
    labels[bit >> 3]! |= mask;
    chosen++;
  }
  return labels;
}

/** Takes the first free triple of queues; which one it is names the run's mark too. */
function claimQueues(queues: PacketQueues): number {
  for (let index = 0; index < TRIPLES; index++) {
    const first = FIRST_QUEUE + index * 3;
    if (queues.bind(first)) {
      if (queues.bind(first + 1) && queues.bind(first + 2)) return index;
    }
  }
  throw new RenacerError('NETWORK_QUEUES', `all ${TRIPLES} packet queues of Renacer are in use`, {
    hint: 'Wait for other runs to end.',
  });
}

/** How packets have to be handed over for what the rules do to them. */
interface Handling {
  readonly segmentBytes: number | undefined;
  /** On arrival, and where packets leave the machine. */
  readonly arriving: QueueOptions;
  readonly leaving: QueueOptions;
}

function chooseHandling(rules: readonly NetworkConditions[]): Handling {
  const alters = rules.some((rule) => rule.packetCorruptRate || rule.packetDuplicateRate);
  const delays = rules.some(
    (rule) => rule.networkLatencyMs || rule.networkJitterMs || rule.bandwidthBytesPerSec || rule.packetReorderRate,
  );
  // So narrow that one packet of 64 KiB would hold up all others for long, and TCP could have but a few on their way.
  const narrow = rules.some((rule) => (rule.bandwidthBytesPerSec ?? Number.POSITIVE_INFINITY) < NARROW_BYTES_PER_SEC);
  const copies = alters || delays;
  return {
    segmentBytes: narrow ? USUAL_SEGMENT_BYTES : copies ? COPIED_SEGMENT_BYTES : undefined,
    arriving: { copyBytes: copies ? WHOLE_PACKET : USUAL_PACKET_BYTES, segmentsMerged: !alters && !narrow },
    leaving: { copyBytes: copies ? WHOLE_PACKET : USUAL_PACKET_BYTES, segmentsMerged: !copies },
  };
}

/**
 * Kernels have a queue expression of their own, the target of iptables, or both. The target comes first only because a
 * refused transaction costs 10 ms, and the kernels that Renacer is measured on have no other.
 */
function createTable(scope: RuleScope): OwnerTable {
  const name = `renacer_${process.pid}_${scope.queues.known}`;
  try {
    return OwnerTable.create(name, treeRules(scope, 'compat'));
  } catch (error) {
    if (!(error instanceof NetlinkError && error.errno === ENOENT)) throw error;
    return OwnerTable.create(name, treeRules(scope, 'native'));
  }
}

class OpenTap implements Tap {
  readonly engine: PacketEngine;
  readonly fd: number;
  readonly #queues: PacketQueues;
  readonly #sender: RawSender;
  readonly #table: OwnerTable;
  readonly #origins: ReadonlyMap<number, PacketOrigin>;
  readonly #onPacket = (packet: QueuedPacket) => this.engine.take(packet, this.#origins.get(packet.queue)!, this.#now);
  readonly #onRefused = (token: number) => this.engine.refused(token);
  #now = 0;

  constructor(
    queues: PacketQueues,
    sender: RawSender,
    table: OwnerTable,
    scope: RuleScope,
    makeEngine: (output: PacketOutput) => PacketEngine,
  ) {
    this.#queues = queues;
    this.#sender = sender;
    this.#table = table;
    this.fd = queues.fd;
    this.#origins = new Map([
      [scope.queues.known, { inbound: false, boundToSocket: false }],
      [scope.queues.inbound, { inbound: true, boundToSocket: false }],
      [scope.queues.outbound, { inbound: false, boundToSocket: true }],
    ]);
    const output = {
      accept: (queue: number, id: number, token: number) => queues.decide(queue, id, NF_ACCEPT, token),
      drop: (queue: number, id: number) => queues.decide(queue, id, NF_DROP, 0),
      replace: (queue: number, id: number, bytes: Uint8Array, token: number) => queues.replace(queue, id, bytes, token),
      inject: (packet: Uint8Array) => {
        // Verdicts are collected; those given before must not overtake.
        queues.flush();
        sender.send(packet);
      },
    };
    this.engine = makeEngine(output);
  }

  receive(now: number): void {
    this.#now = now;
    for (let i = 0; i < BATCHES_PER_TURN; i++) {
      if (this.#queues.receive(this.#onPacket, this.#onRefused) < BATCH) {
        // The kernel answers a verdict while it is sent, so there are no more refusals of those.
        this.engine.settled();
        return;
      }
    }
  }

  flush(): void {
    this.#queues.flush();
  }

  close(): void {
    // The kernel drops what waits when rules go.
    this.engine.release();
    this.#queues.flush();
    this.#table.close();
    this.receive(monotonicMs());
    this.engine.release();
    this.#queues.flush();
    this.receive(monotonicMs());
    this.#queues.close();
    this.#sender.close();
  }
}
