import { type DecisionKey, decisionKey, drawUnit } from '../../../faults/decisions.ts';
import type { NetworkDirection, NetworkFaultPlace } from '../../../model/network-use.ts';
import type { LossBursts, NetworkConditions } from '../../settings.ts';

/** Which draw of a packet decides what: each one is independent of whether the others are asked for. */
export const DRAW = {
  loss: 0,
  burstChange: 1,
  burstLoss: 2,
  duplicate: 3,
  corrupt: 4,
  bit: 5,
  reorder: 6,
  jitter: 7,
} as const;

/**
 * A connection that is to be dropped is so within this many bytes, both directions together, small numbers being as likely
 * as large ones; if it carries less, then within this time.
 */
const DROP_WITHIN_BYTES = 65536;
const DROP_WITHIN_MS = 30_000;

/** One direction of a flow, and of TCP its bare acknowledgements or all else. */
export interface StreamName {
  readonly flow: string;
  readonly direction: NetworkDirection;
  readonly stream: NetworkFaultPlace['stream'];
}

/** What one rule decides about the packets of a stream, which are asked about in order: the first is 0. */
export interface StreamDecisions {
  loses(ordinal: number): boolean;
  duplicates(ordinal: number): boolean;
  corrupts(ordinal: number): boolean;
  reorders(ordinal: number): boolean;
}

export type NameFailure = 'timeout' | 'fail';

/** All that is left to chance in one rule. `flow` is the flow's id. */
export interface RuleDecisions {
  /** They hold outside of the phases of their rule, too. */
  readonly holdAlways?: true;
  ofStream(name: StreamName): StreamDecisions;
  refuses(flow: string): boolean;
  /** After how many bytes and after how many ms, whichever comes first, a connection is reset; undefined if it is not. */
  reset(flow: string): { readonly bytes: number; readonly ms: number } | undefined;
  /** How the `ordinal`-th lookup of a name (from 0) fails, if it does. */
  nameFailure(name: string, ordinal: number): NameFailure | undefined;
}

/** Where the decisions of rules come from, if not from the seed. `name` is the rule's. */
export interface DecisionSource {
  ofRule(name: string): RuleDecisions;
}

/** What a rule means to the seed: with whom, so that it depends neither on rates nor on other rules. */
export function seedName({ networkTo = [] }: NetworkConditions): string {
  return `network ${[...networkTo].sort().join(' ')}`;
}

export function streamKey(seed: number, rule: NetworkConditions, { flow, direction, stream }: StreamName): DecisionKey {
  return decisionKey(seed, seedName(rule), `${flow} ${direction} ${stream}`);
}

/** Decisions by the rates of the rule and the seed. */
export class SeededDecisions implements RuleDecisions {
  readonly #rule: NetworkConditions;
  readonly #seed: number;

  constructor(rule: NetworkConditions, seed: number) {
    this.#rule = rule;
    this.#seed = seed;
  }

  ofStream(name: StreamName): StreamDecisions {
    return new SeededStream(this.#rule, streamKey(this.#seed, this.#rule, name));
  }

  refuses(flow: string): boolean {
    return drawUnit(this.#key(`${flow} refuse`), 0) < (this.#rule.connectionRefuseRate ?? 0);
  }

  reset(flow: string): { bytes: number; ms: number } | undefined {
    const key = this.#key(`${flow} drop`);
    const { connectionDropAfter: after, connectionDropRate = after ? 1 : 0 } = this.#rule;
    if (drawUnit(key, 0) >= connectionDropRate) return undefined;
    if (after) return { bytes: Number.POSITIVE_INFINITY, ms: Number.POSITIVE_INFINITY, ...after };
    return { bytes: Math.ceil(DROP_WITHIN_BYTES ** drawUnit(key, 1)), ms: drawUnit(key, 2) * DROP_WITHIN_MS };
  }

  nameFailure(name: string, ordinal: number): NameFailure | undefined {
    const { dnsFailureRate = 0, dnsFailure = 'timeout' } = this.#rule;
    return drawUnit(this.#key(`dns ${name}`), ordinal) < dnsFailureRate ? dnsFailure : undefined;
  }

  #key(lineage: string): DecisionKey {
    return decisionKey(this.#seed, seedName(this.#rule), lineage);
  }
}

class SeededStream implements StreamDecisions {
  readonly #rule: NetworkConditions;
  readonly #key: DecisionKey;
  #inBurst = false;

  constructor(rule: NetworkConditions, key: DecisionKey) {
    this.#rule = rule;
    this.#key = key;
  }

  loses(ordinal: number): boolean {
    const { packetLossRate = 0, packetLossBursts } = this.#rule;
    const alone = this.#draws(ordinal, DRAW.loss, packetLossRate);
    return (packetLossBursts !== undefined && this.#losesInBurst(ordinal, packetLossBursts)) || alone;
  }

  duplicates(ordinal: number): boolean {
    return this.#draws(ordinal, DRAW.duplicate, this.#rule.packetDuplicateRate ?? 0);
  }

  corrupts(ordinal: number): boolean {
    return this.#draws(ordinal, DRAW.corrupt, this.#rule.packetCorruptRate ?? 0);
  }

  reorders(ordinal: number): boolean {
    return this.#draws(ordinal, DRAW.reorder, this.#rule.packetReorderRate ?? 0);
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
