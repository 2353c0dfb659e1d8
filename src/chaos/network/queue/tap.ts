import { randomInt } from 'node:crypto';
import type { CgroupIdentity } from '../../../linux/cgroup-identity.ts';
import { epochSeconds, monotonicMs } from '../../../linux/clock.ts';
import { makeSocketHere } from '../../../linux/make-socket.ts';
import { type NetworkNamespace, socketsIn } from '../../../linux/namespaces.ts';
import type { QueueStyle } from '../../../linux/nf-expressions.ts';
import type { BaseChain, OwnerTable } from '../../../linux/nf-tables.ts';
import { BATCH, NF_ACCEPT, NF_DROP, PacketQueues, type QueuedPacket } from '../../../linux/nfqueue.ts';
import { RawSender } from '../../../linux/raw-socket.ts';
import { RenacerError } from '../../../model/errors.ts';
import { FaultLog, type FaultReaders } from '../impairment/fault-log.ts';
import type { Flow } from '../impairment/flow.ts';
import { Impairment } from '../impairment/impairment.ts';
import type { ResolvedRule } from '../impairment/resolved-rule.ts';
import type { PacketOutput } from './departures.ts';
import { namespaceRules, type RuleScope, treeRules } from './nft-rules.ts';
import { createOwnerTable } from './owner-table.ts';
import { PacketEngine, type PacketOrigin } from './packet-engine.ts';
import { chooseHandling } from './packet-handling.ts';

/** The queues of runs are in triples from here on. */
const FIRST_QUEUE = 0x5200;
const TRIPLES = 64;
/** A run is named by so many labels of the upper 64 (others who use labels begin with the lowest). */
const LABELS_PER_RUN = 8;
const MARK_BASE = 0x52450000;
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

/** Where the tree's packets are: among those of others, or alone in a network namespace. */
export type TapPlace =
  | { readonly kind: 'cgroup'; readonly cgroup: CgroupIdentity }
  | { readonly kind: 'namespace'; readonly namespaces: NetworkNamespace };

/** Opens the tap. From here on every packet of the tree comes by. `onRefusal` is as that of a PacketEngine. Throws what the kernel says. */
export function openTap(
  rules: readonly ResolvedRule[],
  seed: number,
  place: TapPlace,
  readers: FaultReaders,
  onRefusal?: (flow: Flow) => void,
): Tap {
  const makeSocket = place.kind === 'namespace' ? socketsIn(place.namespaces) : makeSocketHere;
  const queues = place.kind === 'namespace' ? PacketQueues.openIn(makeSocket) : PacketQueues.open();
  const makeEngine = (output: PacketOutput): PacketEngine => {
    const log = new FaultLog(epochSeconds() * 1000 - monotonicMs(), readers);
    return new PacketEngine(new Impairment(rules, seed, readers.recorded), log, output, onRefusal);
  };
  let sender: RawSender | undefined;
  try {
    const index = claimQueues(queues);
    const first = FIRST_QUEUE + index * 3;
    const { segmentBytes, arriving, leaving } = chooseHandling(
      rules.map(({ rule }) => rule),
      place.kind === 'namespace',
    );
    const scope: RuleScope = {
      mark: MARK_BASE + index,
      segmentBytes,
      queues: { known: first, inbound: first + 1, outbound: first + 2 },
    };
    queues.configure(scope.queues.known, arriving);
    queues.configure(scope.queues.inbound, arriving);
    queues.configure(scope.queues.outbound, leaving);
    sender = RawSender.open(scope.mark, makeSocket);
    const table = createOwnerTable(`renacer_${process.pid}_${first}`, chainsFor(place, scope), makeSocket);
    return new OpenTap(queues, sender, table, scope, makeEngine);
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

function chainsFor(place: TapPlace, scope: RuleScope): (style: QueueStyle) => BaseChain[] {
  if (place.kind === 'namespace') return (style) => namespaceRules(scope, style);
  const ours = { ...scope, cgroup: place.cgroup, labels: chooseLabels() };
  return (style) => treeRules(ours, style);
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
