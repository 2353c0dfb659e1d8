import { SignalInjection } from '../../chaos/basic/signal-injection.ts';
import { IoLatency } from '../../chaos/network/io-latency.ts';
import { ActivePhases } from '../../chaos/scenario/active.ts';
import { PhaseGate } from '../../chaos/scenario/phase-gate.ts';
import { FaultPolicy, type FiredFault } from '../../faults/fault-policy.ts';
import type { FirstAndLast } from '../../faults/first-and-last.ts';
import type { SentSignal } from '../../faults/sent-signals.ts';
import type { MissedCallFault, RuleUse } from '../../model/run-result.ts';
import type { Policy } from '../../tracer/policy.ts';
import type { PhaseMessage, PhasesPlan } from '../phases/phases-plan.ts';
import type { PhasedInjection } from './engine-plan.ts';
import { GatedPolicy } from './gated-policy.ts';
import { PhasePolicy } from './phase-policy.ts';

/** Who is told of what is injected. */
export interface PhasedListener {
  onFault(fault: FiredFault): void;
  onSent(sent: SentSignal): void;
}

/** What is injected in phases of a traced run, each behind its gate, and who opens and closes these. */
export class Phased {
  readonly policies: readonly Policy[];
  readonly #plan: PhasesPlan;
  readonly #faults: readonly FaultPolicy[];
  readonly #signals: readonly SignalInjection[];
  readonly #tell: (message: PhaseMessage) => void;
  #policy: PhasePolicy | undefined;

  /** `tell` is told of each turn of a phase. */
  constructor(
    plan: PhasesPlan,
    injections: readonly PhasedInjection[],
    { onFault, onSent }: PhasedListener,
    tell: (message: PhaseMessage) => void,
  ) {
    const active = new ActivePhases(plan.active);
    const faults: FaultPolicy[] = [];
    const signals: SignalInjection[] = [];
    this.policies = injections.flatMap(({ gate: of, ...injected }) => {
      const gate = new PhaseGate(active, of);
      if (injected.faults) faults.push(new FaultPolicy(injected.faults, onFault));
      if (injected.signals) signals.push(new SignalInjection(injected.signals, onSent));
      const inner = [
        injected.faults && faults.at(-1),
        injected.signals && signals.at(-1),
        injected.ioLatencyMs && new IoLatency(injected.ioLatencyMs),
      ];
      return inner.flatMap((policy) => (policy ? [new GatedPolicy(policy, gate)] : []));
    });
    this.#plan = plan;
    this.#faults = faults;
    this.#signals = signals;
    this.#tell = tell;
  }

  /** The policy that runs the machine, for these others: one for the whole run. */
  led(others: readonly Policy[]): PhasePolicy {
    this.#policy ??= new PhasePolicy(this.#plan, others, this.#tell);
    return this.#policy;
  }

  /** The tree is empty: whether it is to be started again, if a restart has ended it. Waits until that is known. */
  startsAgain(): boolean {
    return this.#policy?.restarts === true && this.#policy.awaitStart();
  }

  /** What of a recording did not come again. */
  get missed(): readonly MissedCallFault[] {
    return (this.#policy?.missed ?? []).map(({ name, kind, at }) => ({
      task: at!.task,
      syscall: at!.call,
      ordinal: at!.nth,
      fault: `phase ${name} ${kind}s`,
      reason: 'the task did not come to that call',
    }));
  }

  get uses(): readonly RuleUse[] {
    return this.#faults.flatMap((faults) => faults.uses());
  }

  get sent(): readonly FirstAndLast<SentSignal>[] {
    return this.#signals.map(({ sent }) => sent);
  }
}
