import { type DecisionKey, drawUnit } from '../../../faults/decisions.ts';
import type { NetworkFaultKind } from '../../../model/network-use.ts';
import type { NetworkConditions } from '../../settings.ts';
import type { ActiveRule } from './active-rule.ts';
import { Jitter } from './jitter.ts';
import type { Link } from './link.ts';
import { EARLY_MS, type PacketFate } from './packet-fate.ts';
import { DRAW, type StreamDecisions, type StreamName, streamKey } from './rule-decisions.ts';

/** How long a packet is held back that others are to overtake, where there is no latency that it could skip instead. */
const REORDER_HOLD_MS = 10;

/** One rule for one stream of packets. */
export class RuleStream {
  readonly #active: ActiveRule;
  readonly #name: string;
  readonly #rule: NetworkConditions;
  readonly #decisions: StreamDecisions;
  readonly #link: Link | undefined;
  readonly #key: DecisionKey;
  readonly #jitter: Jitter | undefined;

  constructor(active: ActiveRule, stream: StreamName, seed: number) {
    const { networkJitterMs, networkDistribution = 'uniform', networkCorrelation = 0 } = active.rule;
    this.#active = active;
    this.#name = active.name;
    this.#rule = active.rule;
    this.#decisions = active.decisions.ofStream(stream);
    this.#link = active.link(stream.direction);
    this.#key = streamKey(seed, active.rule, stream);
    this.#jitter = networkJitterMs ? new Jitter(networkJitterMs, networkDistribution, networkCorrelation) : undefined;
  }

  /** Whether there is anything to decide now. */
  get decides(): boolean {
    return this.#active.decides;
  }

  lose(fate: PacketFate, ordinal: number): void {
    const loses = this.#decisions.loses(ordinal);
    if (fate.lost === undefined && this.#rule.partition && this.#active.isOn) this.#lost(fate, 'partition');
    else if (fate.lost === undefined && loses) this.#lost(fate, 'loss');
  }

  delay(fate: PacketFate, ordinal: number, bytes: number): void {
    if (!this.#active.isOn) return;
    if (this.#link !== undefined) {
      const passed = this.#link.pass(fate.due, bytes);
      if (passed === undefined) this.#lost(fate, 'queue-full');
      else {
        fate.throttled ||= passed > fate.due + EARLY_MS;
        fate.due = passed;
      }
    }
    const deviation = this.#jitter?.next(this.#key, ordinal, DRAW.jitter) ?? 0;
    fate.due += Math.max(0, (this.#rule.networkLatencyMs ?? 0) + deviation);
  }

  alter(fate: PacketFate, ordinal: number, now: number): void {
    if (this.#decisions.duplicates(ordinal)) {
      fate.duplicate = true;
      fate.by.duplicate = this.#name;
    }
    if (this.#decisions.corrupts(ordinal)) {
      fate.corruptAt = drawUnit(this.#key, ordinal, DRAW.bit);
      fate.by.corrupt = this.#name;
    }
    if (this.#decisions.reorders(ordinal)) {
      fate.reordered = true;
      fate.due = fate.due > now ? now : now + REORDER_HOLD_MS;
      fate.by.reordered = this.#name;
    }
  }

  #lost(fate: PacketFate, kind: NetworkFaultKind): void {
    fate.lost = kind;
    fate.by.lost = this.#name;
  }
}
