import { type DecisionKey, decisionKey, drawUnit } from '../../faults/decisions.ts';
import type { NetworkDirection, NetworkFaultKind } from '../../model/network-use.ts';
import type { LossBursts, NetworkConditions } from '../settings.ts';
import { Jitter } from './jitter.ts';
import { Link } from './link.ts';
import { TargetMatcher } from './target-matcher.ts';
import type { ResolvedTarget } from './targets.ts';

/** Which draw of a packet decides what: each one is independent of whether the others are asked for. */
const DRAW = {
  loss: 0,
  burstChange: 1,
  burstLoss: 2,
  duplicate: 3,
  corrupt: 4,
  bit: 5,
  reorder: 6,
  jitter: 7,
} as const;

/** How long a packet is held back that others are to overtake, where there is no latency that it could skip instead. */
const REORDER_HOLD_MS = 10;
/**
 * A connection that is to be dropped is so within this many bytes, both directions together, small numbers being as likely
 * as large ones; if it carries less, then within this time.
 */
const DROP_WITHIN_BYTES = 65536;
const DROP_WITHIN_MS = 30_000;

/** A rule with its names resolved, as it is handed to the engine's thread. */
export interface ResolvedRule {
  readonly rule: NetworkConditions;
  readonly targets: readonly ResolvedTarget[];
}

/** A rule in force, with the two links that all of its flows share. */
class ArmedRule {
  readonly rule: NetworkConditions;
  readonly matcher: TargetMatcher;
  readonly #links: Readonly<Record<NetworkDirection, Link | undefined>>;

  constructor({ rule, targets }: ResolvedRule) {
    this.rule = rule;
    this.matcher = new TargetMatcher(targets);
    const bandwidth = rule.bandwidthBytesPerSec;
    const link = () => (bandwidth === undefined ? undefined : new Link(bandwidth));
    this.#links = { to: link(), from: link() };
  }

  /** What its decisions are keyed by: with whom, so that they depend neither on rates nor on other rules. */
  get name(): string {
    return `network ${[...(this.rule.networkTo ?? [])].sort().join(' ')}`;
  }

  link(direction: NetworkDirection): Link | undefined {
    return this.#links[direction];
  }

  covers(direction: NetworkDirection): boolean {
    return (this.rule.networkDirection ?? 'both') === 'both' || this.rule.networkDirection === direction;
  }
}

/** What becomes of one packet. One object is filled again and again. */
export class PacketFate {
  /** Why it is lost, if it is. */
  lost: NetworkFaultKind | undefined;
  /** When it goes on, by the clock that `decide` was given. */
  due = 0;
  duplicate = false;
  reordered = false;
  /** The place of the bit to flip, from 0 to 1 of the packet, if it is corrupted. */
  corruptAt: number | undefined;
}

/** The rules of a plan, ready to be applied to flows. Nothing here depends on the clock or on the kernel. */
export class Impairment {
  readonly #rules: readonly ArmedRule[];
  readonly #seed: number;

  constructor(rules: readonly ResolvedRule[], seed: number) {
    this.#rules = rules.map((rule) => new ArmedRule(rule));
    this.#seed = seed;
  }

  /** What the plan does to a flow. `port` is the service's; `flow` is the flow's id. */
  ofFlow(flow: string, peer: string, port: number | undefined): FlowImpairment {
    const matching = this.#rules.filter((rule) => rule.matcher.matches(peer, port));
    return new FlowImpairment(matching, this.#seed, flow);
  }
}

/** What the plan does to one flow. */
export class FlowImpairment {
  readonly #rules: readonly ArmedRule[];
  readonly #seed: number;
  readonly #flow: string;
  readonly #streams = new Map<string, readonly RuleStream[]>();

  constructor(rules: readonly ArmedRule[], seed: number, flow: string) {
    this.#rules = rules;
    this.#seed = seed;
    this.#flow = flow;
  }

  /** Decides about packet `ordinal` of a stream, which arrives at `now` (ms). */
  decide(
    fate: PacketFate,
    direction: NetworkDirection,
    stream: 'data' | 'ack',
    ordinal: number,
    now: number,
    bytes: number,
  ): void {
    fate.lost = undefined;
    fate.due = now;
    fate.duplicate = false;
    fate.reordered = false;
    fate.corruptAt = undefined;
    const rules = this.#stream(direction, stream);
    for (const rule of rules) rule.lose(fate, ordinal);
    for (const rule of rules) if (fate.lost === undefined) rule.delay(fate, ordinal, bytes);
    for (const rule of rules) if (fate.lost === undefined) rule.alter(fate, ordinal, now);
  }

  /** The plain latency of one direction, in ms. */
  latency(direction: NetworkDirection): number {
    return this.#covering(direction).reduce((sum, { rule }) => sum + (rule.networkLatencyMs ?? 0), 0);
  }

  /** Whether a new connection, which goes in this direction, is refused. */
  refuses(direction: NetworkDirection): boolean {
    return this.#covering(direction).some(
      (rule) => drawUnit(this.#key(rule, 'refuse'), 0) < (rule.rule.connectionRefuseRate ?? 0),
    );
  }

  /** When a new connection, which goes in this direction, is reset: after so many bytes or ms, whichever comes first. */
  resets(direction: NetworkDirection): { readonly bytes: number; readonly ms: number } {
    let bytes = Number.POSITIVE_INFINITY;
    let ms = Number.POSITIVE_INFINITY;
    for (const armed of this.#covering(direction)) {
      const key = this.#key(armed, 'drop');
      if (drawUnit(key, 0) >= (armed.rule.connectionDropRate ?? 0)) continue;
      bytes = Math.min(bytes, Math.ceil(DROP_WITHIN_BYTES ** drawUnit(key, 1)));
      ms = Math.min(ms, drawUnit(key, 2) * DROP_WITHIN_MS);
    }
    return { bytes, ms };
  }

  /** How the `ordinal`-th lookup of a name fails, if it does. */
  nameFailure(name: string, ordinal: number): 'timeout' | 'fail' | undefined {
    const failing = this.#rules.find(
      (rule) => drawUnit(decisionKey(this.#seed, rule.name, `dns ${name}`), ordinal) < (rule.rule.dnsFailureRate ?? 0),
    );
    return failing && (failing.rule.dnsFailure ?? 'timeout');
  }

  #covering(direction: NetworkDirection): ArmedRule[] {
    return this.#rules.filter((rule) => rule.covers(direction));
  }

  #key(rule: ArmedRule, lineage: string): DecisionKey {
    return decisionKey(this.#seed, rule.name, `${this.#flow} ${lineage}`);
  }

  #stream(direction: NetworkDirection, stream: 'data' | 'ack'): readonly RuleStream[] {
    const lineage = `${direction} ${stream}`;
    let rules = this.#streams.get(lineage);
    if (rules === undefined) {
      rules = this.#covering(direction).map((rule) => new RuleStream(rule, direction, this.#key(rule, lineage)));
      this.#streams.set(lineage, rules);
    }
    return rules;
  }
}

/** One rule for one stream of packets. */
class RuleStream {
  readonly #rule: NetworkConditions;
  readonly #link: Link | undefined;
  readonly #key: DecisionKey;
  readonly #jitter: Jitter | undefined;
  #inBurst = false;

  constructor(armed: ArmedRule, direction: NetworkDirection, key: DecisionKey) {
    const { networkJitterMs, networkDistribution = 'uniform', networkCorrelation = 0 } = armed.rule;
    this.#rule = armed.rule;
    this.#link = armed.link(direction);
    this.#key = key;
    this.#jitter = networkJitterMs ? new Jitter(networkJitterMs, networkDistribution, networkCorrelation) : undefined;
  }

  lose(fate: PacketFate, ordinal: number): void {
    const { partition, packetLossRate = 0, packetLossBursts } = this.#rule;
    if (partition) fate.lost = 'partition';
    else if (this.#draws(ordinal, DRAW.loss, packetLossRate)) fate.lost = 'loss';
    if (packetLossBursts !== undefined && this.#losesInBurst(ordinal, packetLossBursts)) fate.lost ??= 'loss';
  }

  delay(fate: PacketFate, ordinal: number, bytes: number): void {
    if (this.#link !== undefined) {
      const passed = this.#link.pass(fate.due, bytes);
      if (passed === undefined) fate.lost = 'queue-full';
      else fate.due = passed;
    }
    const deviation = this.#jitter?.next(this.#key, ordinal, DRAW.jitter) ?? 0;
    fate.due += Math.max(0, (this.#rule.networkLatencyMs ?? 0) + deviation);
  }

  alter(fate: PacketFate, ordinal: number, now: number): void {
    const { packetDuplicateRate = 0, packetCorruptRate = 0, packetReorderRate = 0 } = this.#rule;
    if (this.#draws(ordinal, DRAW.duplicate, packetDuplicateRate)) fate.duplicate = true;
    if (this.#draws(ordinal, DRAW.corrupt, packetCorruptRate)) {
      fate.corruptAt = drawUnit(this.#key, ordinal, DRAW.bit);
    }
    if (this.#draws(ordinal, DRAW.reorder, packetReorderRate)) {
      fate.reordered = true;
      fate.due = fate.due > now ? now : now + REORDER_HOLD_MS;
    }
  }

  #losesInBurst(ordinal: number, burst: LossBursts): boolean {
    const { enter, leave, inside = 1, outside = 0 } = burst;
    if (this.#draws(ordinal, DRAW.burstChange, this.#inBurst ? leave : enter)) this.#inBurst = !this.#inBurst;
    return this.#draws(ordinal, DRAW.burstLoss, this.#inBurst ? inside : outside);
  }

  #draws(ordinal: number, draw: number, rate: number): boolean {
    return rate > 0 && drawUnit(this.#key, ordinal, draw) < rate;
  }
}
