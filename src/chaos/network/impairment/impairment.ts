import type { NetworkDirection } from '../../../model/network-use.ts';
import { ActiveRule, ruleName } from './active-rule.ts';
import type { PacketFate } from './packet-fate.ts';
import type { ResolvedRule } from './resolved-rule.ts';
import { type DecisionSource, type NameFailure, SeededDecisions } from './rule-decisions.ts';
import { RuleStream } from './rule-stream.ts';

/** When a connection is reset: after so many bytes or ms, whichever comes first; and which rules ask for it. */
export interface ResetPlan {
  readonly bytes: number;
  readonly ms: number;
  readonly by: { readonly bytes: string; readonly ms: string };
}

/** The rules of a plan, ready to be applied to flows. Nothing here depends on the clock or on the kernel. */
export class Impairment {
  readonly #rules: readonly ActiveRule[];
  readonly #seed: number;

  /** What is left to chance is decided by the seed, or, in a replay, as it was recorded. */
  constructor(rules: readonly ResolvedRule[], seed: number, recorded?: DecisionSource) {
    this.#rules = rules.map((resolved) => {
      const { rule } = resolved;
      return new ActiveRule(resolved, recorded?.ofRule(ruleName(rule)) ?? new SeededDecisions(rule, seed));
    });
    this.#seed = seed;
  }

  /** Whether any rule holds now. */
  get isOn(): boolean {
    return this.#rules.some((rule) => rule.isOn);
  }

  /** What the plan does to a flow. `port` is the service's; `flow` is the flow's id. */
  ofFlow(flow: string, peer: string, port: number | undefined): FlowImpairment {
    const matching = this.#rules.filter((rule) => rule.matcher.matches(peer, port));
    return new FlowImpairment(matching, this.#seed, flow);
  }
}

/** What the plan does to one flow. */
export class FlowImpairment {
  readonly #rules: readonly ActiveRule[];
  readonly #seed: number;
  readonly #flow: string;
  readonly #streams = new Map<string, readonly RuleStream[]>();

  constructor(rules: readonly ActiveRule[], seed: number, flow: string) {
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
    fate.begin(now);
    const rules = this.#stream(direction, stream).filter((rule) => rule.decides);
    for (const rule of rules) rule.lose(fate, ordinal);
    for (const rule of rules) if (fate.lost === undefined) rule.delay(fate, ordinal, bytes);
    for (const rule of rules) if (fate.lost === undefined) rule.alter(fate, ordinal, now);
  }

  /** The plain latency of one direction, in ms. */
  latency(direction: NetworkDirection): number {
    const inForce = this.#covering(direction).filter(({ isOn }) => isOn);
    return inForce.reduce((sum, { rule }) => sum + (rule.networkLatencyMs ?? 0), 0);
  }

  /** The rule by which a new connection, which goes in this direction, is refused. */
  refuses(direction: NetworkDirection): string | undefined {
    return this.#deciding(direction).find(({ decisions }) => decisions.refuses(this.#flow))?.name;
  }

  /** When a new connection, which goes in this direction, is reset. */
  resets(direction: NetworkDirection): ResetPlan {
    let [bytes, ms] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const by = { bytes: '', ms: '' };
    for (const { name, decisions } of this.#deciding(direction)) {
      const reset = decisions.reset(this.#flow);
      if (reset && reset.bytes < bytes) [bytes, by.bytes] = [reset.bytes, name];
      if (reset && reset.ms < ms) [ms, by.ms] = [reset.ms, name];
    }
    return { bytes, ms, by };
  }

  /** How the `ordinal`-th lookup of a name (from 0) fails, if it does, and by which rule. */
  nameFailure(name: string, ordinal: number): { readonly failure: NameFailure; readonly by: string } | undefined {
    for (const rule of this.#rules.filter(({ decides }) => decides)) {
      const failure = rule.decisions.nameFailure(name, ordinal);
      if (failure) return { failure, by: rule.name };
    }
    return undefined;
  }

  #deciding(direction: NetworkDirection): ActiveRule[] {
    return this.#covering(direction).filter(({ decides }) => decides);
  }

  #covering(direction: NetworkDirection): ActiveRule[] {
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
