import type { NetworkDirection } from '../../../model/network-use.ts';
import { ActivePhases } from '../../scenario/active.ts';
import { PhaseGate } from '../../scenario/phase-gate.ts';
import type { NetworkConditions } from '../../settings.ts';
import { Link } from './link.ts';
import type { ResolvedRule } from './resolved-rule.ts';
import type { RuleDecisions } from './rule-decisions.ts';
import { TargetMatcher } from './target-matcher.ts';

/** What faults call a rule: `network`, with whom if not with all, and in which direction if not in both. */
export function ruleName({ networkTo = [], networkDirection = 'both' }: NetworkConditions): string {
  return ['network', ...[...networkTo].sort(), ...(networkDirection === 'both' ? [] : [networkDirection])].join(' ');
}

/** A rule in force, with the two links that all of its flows share. */
export class ActiveRule {
  readonly rule: NetworkConditions;
  readonly name: string;
  readonly decisions: RuleDecisions;
  readonly matcher: TargetMatcher;
  readonly #links: Readonly<Record<NetworkDirection, Link | undefined>>;

  readonly #gate: PhaseGate | undefined;

  constructor({ rule, targets }: ResolvedRule, decisions: RuleDecisions) {
    this.#gate = rule.gate && new PhaseGate(new ActivePhases(rule.gate.active), rule.gate.plan);
    this.rule = rule;
    this.name = ruleName(rule);
    this.decisions = decisions;
    this.matcher = new TargetMatcher(targets);
    const bandwidth = rule.bandwidthBytesPerSec;
    const link = () => (bandwidth === undefined ? undefined : new Link(bandwidth));
    this.#links = { to: link(), from: link() };
  }

  /** Whether it holds now. */
  get isOn(): boolean {
    return this.#gate?.isOpen ?? true;
  }

  /** Whether what is left to chance is decided: recorded decisions know their packets, whichever phases are on by now. */
  get decides(): boolean {
    return this.decisions.holdAlways === true || this.isOn;
  }

  link(direction: NetworkDirection): Link | undefined {
    return this.#links[direction];
  }

  covers(direction: NetworkDirection): boolean {
    return (this.rule.networkDirection ?? 'both') === 'both' || this.rule.networkDirection === direction;
  }
}
