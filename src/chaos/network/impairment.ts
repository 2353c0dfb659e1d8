import { type DecisionKey, drawUnit } from '../../faults/decisions.ts';
import type { NetworkDirection, NetworkFaultKind } from '../../model/network-use.ts';
import type { NetworkConditions } from '../settings.ts';
import { Jitter } from './jitter.ts';
import { Link } from './link.ts';
import type { RecordedFaults } from './recorded-faults.ts';
import {
  DRAW,
  type NameFailure,
  type RuleDecisions,
  SeededDecisions,
  type StreamDecisions,
  type StreamName,
  streamKey,
} from './rule-decisions.ts';
import { TargetMatcher } from './target-matcher.ts';
import type { ResolvedTarget } from './targets.ts';

/** How long a packet is held back that others are to overtake, where there is no latency that it could skip instead. */
const REORDER_HOLD_MS = 10;

/** A rule with its names resolved, as it is handed to the engine's thread. */
export interface ResolvedRule {
  readonly rule: NetworkConditions;
  readonly targets: readonly ResolvedTarget[];
}

/** What faults call a rule: `network`, with whom if not with all, and in which direction if not in both. */
export function ruleName({ networkTo = [], networkDirection = 'both' }: NetworkConditions): string {
  return ['network', ...[...networkTo].sort(), ...(networkDirection === 'both' ? [] : [networkDirection])].join(' ');
}

/** A rule in force, with the two links that all of its flows share. */
class ArmedRule {
  readonly rule: NetworkConditions;
  readonly name: string;
  readonly decisions: RuleDecisions;
  readonly matcher: TargetMatcher;
  readonly #links: Readonly<Record<NetworkDirection, Link | undefined>>;

  constructor({ rule, targets }: ResolvedRule, decisions: RuleDecisions) {
    this.rule = rule;
    this.name = ruleName(rule);
    this.decisions = decisions;
    this.matcher = new TargetMatcher(targets);
    const bandwidth = rule.bandwidthBytesPerSec;
    const link = () => (bandwidth === undefined ? undefined : new Link(bandwidth));
    this.#links = { to: link(), from: link() };
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
  /** The names of the rules that asked for what is set above. */
  readonly by: { lost: string; duplicate: string; reordered: string; corrupt: string } = {
    lost: '',
    duplicate: '',
    reordered: '',
    corrupt: '',
  };
}

/** When a connection is reset: after so many bytes or ms, whichever comes first; and which rules ask for it. */
export interface ResetPlan {
  readonly bytes: number;
  readonly ms: number;
  readonly by: { readonly bytes: string; readonly ms: string };
}

/** The rules of a plan, ready to be applied to flows. Nothing here depends on the clock or on the kernel. */
export class Impairment {
  readonly #rules: readonly ArmedRule[];
  readonly #seed: number;

  /** What is left to chance is decided by the seed, or, in a replay, as it was recorded. */
  constructor(rules: readonly ResolvedRule[], seed: number, recorded?: RecordedFaults) {
    this.#rules = rules.map((resolved) => {
      const { rule } = resolved;
      return new ArmedRule(resolved, recorded?.ofRule(ruleName(rule)) ?? new SeededDecisions(rule, seed));
    });
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

  /** Whether the rule of this name holds for it. */
  isUnder(name: string): boolean {
    return this.#rules.some((rule) => rule.name === name);
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

  /** The rule by which a new connection, which goes in this direction, is refused. */
  refuses(direction: NetworkDirection): string | undefined {
    return this.#covering(direction).find(({ decisions }) => decisions.refuses(this.#flow))?.name;
  }

  /** When a new connection, which goes in this direction, is reset. */
  resets(direction: NetworkDirection): ResetPlan {
    let [bytes, ms] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const by = { bytes: '', ms: '' };
    for (const { name, decisions } of this.#covering(direction)) {
      const reset = decisions.reset(this.#flow);
      if (reset && reset.bytes < bytes) [bytes, by.bytes] = [reset.bytes, name];
      if (reset && reset.ms < ms) [ms, by.ms] = [reset.ms, name];
    }
    return { bytes, ms, by };
  }

  /** How the `ordinal`-th lookup of a name (from 0) fails, if it does, and by which rule. */
  nameFailure(name: string, ordinal: number): { readonly failure: NameFailure; readonly by: string } | undefined {
    for (const rule of this.#rules) {
      const failure = rule.decisions.nameFailure(name, ordinal);
      if (failure) return { failure, by: rule.name };
    }
    return undefined;
  }

  #covering(direction: NetworkDirection): ArmedRule[] {
    return this.#rules.filter((rule) => rule.covers(direction));
  }

  #stream(direction: NetworkDirection, stream: 'data' | 'ack'): readonly RuleStream[] {
    const lineage = `${direction} ${stream}`;
    let rules = this.#streams.get(lineage);
    if (rules === undefined) {
      const name = { flow: this.#flow, direction, stream };
      rules = this.#covering(direction).map((rule) => new RuleStream(rule, name, this.#seed));
      this.#streams.set(lineage, rules);
    }
    return rules;
  }
}

/** One rule for one stream of packets. */
class RuleStream {
  readonly #name: string;
  readonly #rule: NetworkConditions;
  readonly #decisions: StreamDecisions;
  readonly #link: Link | undefined;
  readonly #key: DecisionKey;
  readonly #jitter: Jitter | undefined;

  constructor(armed: ArmedRule, stream: StreamName, seed: number) {
    const { networkJitterMs, networkDistribution = 'uniform', networkCorrelation = 0 } = armed.rule;
    this.#name = armed.name;
    this.#rule = armed.rule;
    this.#decisions = armed.decisions.ofStream(stream);
    this.#link = armed.link(stream.direction);
    this.#key = streamKey(seed, armed.rule, stream);
    this.#jitter = networkJitterMs ? new Jitter(networkJitterMs, networkDistribution, networkCorrelation) : undefined;
  }

  lose(fate: PacketFate, ordinal: number): void {
    const loses = this.#decisions.loses(ordinal);
    if (fate.lost === undefined && this.#rule.partition) this.#lost(fate, 'partition');
    else if (fate.lost === undefined && loses) this.#lost(fate, 'loss');
  }

  delay(fate: PacketFate, ordinal: number, bytes: number): void {
    if (this.#link !== undefined) {
      const passed = this.#link.pass(fate.due, bytes);
      if (passed === undefined) this.#lost(fate, 'queue-full');
      else fate.due = passed;
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
