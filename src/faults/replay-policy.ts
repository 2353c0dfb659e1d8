import { exitStatusOf, hasExited, termSignalOf } from '../linux/wait-status.ts';
import type { MissedCallFault, ReplayUse } from '../model/run-result.ts';
import { signalNameOf } from '../syscalls/signals.ts';
import { syscallName, syscallNumber } from '../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall, StoppedSignal } from '../tracer/policy.ts';
import type { Task } from '../tracer/task.ts';
import { BrokenPipes } from './aftermaths/broken-pipe.ts';
import { CallFacts } from './call-facts.ts';
import { decisionKey } from './decisions.ts';
import type { FiredFault } from './fault-policy.ts';
import { isInterrupting } from './fault-source.ts';
import type { FirstAndLast } from './first-and-last.ts';
import { effectsOf, type Fault } from './kinds/index.ts';
import type { Effect } from './kinds/moment.ts';
import { CallsUnderWay, mergeEntries } from './merged-effects.ts';
import { LastingFaults } from './onwards.ts';
import { Quirks } from './quirks/index.ts';
import { errorsFor } from './realism.ts';
import { faultText, type Recorded, type RecordedFault, type RecordedSignal } from './replay-file.ts';
import { decisionOrdinal, isDeliberate } from './rule-identity.ts';
import { type SentSignal, SentSignals } from './sent-signals.ts';
import { RT_SIGACTION, SignalHandlers } from './signal-handlers.ts';
import { signalByName } from './strace-names.ts';
import { wayOf } from './way-of-call.ts';

/** A fault that was injected before, and is to come again. */
export interface ReplayPlan {
  readonly seed: number;
  readonly faults: readonly Recorded[];
}

/** What has become of a task, for saying where a run went another way. */
interface Life {
  readonly task: Task;
  /** The last call at which a fault came again. */
  last: string | undefined;
  ending: string | undefined;
}

/** Injects recorded faults, each at its coordinate and nowhere else. */
export class ReplayPolicy implements Policy {
  readonly armed: Policy['armed'];
  readonly hidesVdso: boolean;
  readonly #seed: number;
  readonly #recorded: readonly Recorded[];
  /** By the number of the call. */
  readonly #faults = new Map<number, RecordedFault[]>();
  readonly #signals = new Map<string, RecordedSignal[]>();
  /** Those that have come again; and why those did not that were reached. */
  readonly #injected = new Set<Recorded>();
  readonly #refused = new Map<Recorded, string>();
  readonly #lives = new Map<string, Life>();
  readonly #underWay = new CallsUnderWay();
  readonly #quirks: Quirks;
  readonly #handlers = new SignalHandlers();
  readonly #brokenPipes = new BrokenPipes();
  readonly #lasting = new LastingFaults();
  readonly #watchesHandlers: boolean;
  readonly #onFault: (fault: FiredFault) => void;
  readonly #sent: SentSignals;
  #startMs = Number.NaN;

  constructor({ seed, faults }: ReplayPlan, onFault: (fault: FiredFault) => void, onSent: (sent: SentSignal) => void) {
    this.#seed = seed;
    this.#recorded = faults;
    for (const recorded of faults) {
      if ('signal' in recorded) add(this.#signals, callKey(recorded.task, recorded.ordinal), recorded);
      else this.#addFault(recorded);
    }
    this.#quirks = new Quirks(faults.flatMap(quirkOf), seed);
    this.hidesVdso = this.#quirks.behindVdso;
    this.#watchesHandlers = faults.some(dependsOnHandlers);
    const lasting = LastingFaults.callsOf(faults.flatMap((recorded) => ('signal' in recorded ? [] : [recorded])));
    const watched = [...lasting, ...this.#quirks.watched, ...(this.#watchesHandlers ? [RT_SIGACTION] : [])];
    // A signal's moment is counted in all calls.
    this.armed = this.#signals.size > 0 ? 'all' : new Set([...this.#faults.keys(), ...watched]);
    this.#onFault = onFault;
    this.#sent = new SentSignals(onSent);
  }

  get sent(): FirstAndLast<SentSignal> {
    return this.#sent.all;
  }

  /** How it went, when the run is over. */
  use(): ReplayUse {
    const missed = this.#recorded.filter((recorded) => !this.#injected.has(recorded));
    return {
      recorded: this.#recorded.length,
      injected: this.#injected.size,
      missed: missed.map((recorded) => this.#missed(recorded)),
    };
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (this.#watchesHandlers && call.nr === RT_SIGACTION) this.#handlers.onSigaction(call);
    const life = this.#lives.get(call.task.lineage);
    const faults = this.#faultsAt(call);
    const signals =
      this.#signals.size === 0 ? undefined : this.#signals.get(callKey(call.task.lineage, call.task.calls));
    const isFree = !this.#quirks.watched.has(call.nr) && !this.#brokenPipes.any && !this.#lasting.any;
    if (!faults && !signals && isFree) return undefined;
    const name = syscallName(call.nr);
    const facts = new CallFacts(call);
    let entry: EntryDecision | undefined;
    const exits: Effect['exit'][] = this.#quirks.watch(facts);
    for (const recorded of faults ?? this.#lasting.metBy(facts)) {
      for (const effect of this.#inject(recorded, facts) ?? []) {
        entry = mergeEntries(entry, recorded.onwards ? killingAll(effect.entry) : effect.entry);
        exits.push(effect.exit);
      }
    }
    const sent = (signals ?? []).filter((recorded) => this.#send(recorded, call, name));
    if (sent.length > 0) entry = { ...entry, signals: [...(entry?.signals ?? []), ...sent.map(signalNumber)] };
    if (life && (sent.length > 0 || faults)) life.last = `${name} #${call.ordinal}`;
    const broken = entry === undefined ? this.#brokenPipes.metBy(facts) : undefined;
    return this.#underWay.add(call.task, entry ?? broken?.entry, [...exits, broken?.exit]);
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    return this.#underWay.comesBack(call);
  }

  onSignal(signal: StoppedSignal): void {
    this.#sent.onSignal(signal);
  }

  onTaskStart(task: Task, nowMs: number, parent: Task | undefined): void {
    if (Number.isNaN(this.#startMs)) this.#startMs = nowMs;
    if (parent) this.#handlers.onBirth(task, parent.tgid);
    this.#lives.set(task.lineage, { task, last: undefined, ending: undefined });
  }

  onExec(task: Task): void {
    this.#handlers.onExec(task);
  }

  onTaskEnd(task: Task, status: number): void {
    this.#underWay.forget(task);
    this.#handlers.onEnd(task);
    this.#sent.onTaskEnd(task, status);
    const life = this.#lives.get(task.lineage);
    if (life) life.ending = endingText(status);
  }

  /** A call that this Linux does not have is never made. */
  #addFault(recorded: RecordedFault): void {
    const nr = syscallNumber(recorded.syscall);
    if (nr !== undefined) add(this.#faults, nr, recorded);
  }

  /** Those of this very call. */
  #faultsAt({ nr, ordinal, task: { lineage } }: StoppedCall): readonly RecordedFault[] | undefined {
    const faults = this.#faults.get(nr);
    const isHere = (fault: RecordedFault): boolean => fault.ordinal === ordinal && fault.task === lineage;
    return faults?.some(isHere) ? faults.filter(isHere) : undefined;
  }

  #inject(recorded: RecordedFault, facts: CallFacts): Effect[] | undefined {
    const { call } = facts;
    const { fault, semantics, rule } = recorded;
    const way = recorded.way === undefined ? undefined : wayOf(facts);
    const isOther = way !== recorded.way;
    if (isOther && !canBeMet(fault, facts)) {
      this.#refused.set(
        recorded,
        `the fault does not fit the call: it was made as "${recorded.way}", and is as "${way}"`,
      );
      return undefined;
    }
    const effects = effectsOf(fault, {
      call,
      facts,
      semantics,
      // It was possible when it was recorded, so that it had been allowed; but for a call that is made in another way.
      realism: isOther ? 'likely' : 'any',
      deliberate: isDeliberate(rule),
      key: decisionKey(this.#seed, rule, call.task.lineage),
      ordinal: decisionOrdinal(call),
      handlers: this.#handlers,
      brokenPipes: this.#brokenPipes,
      quirks: this.#quirks,
    });
    if (!effects) {
      this.#refused.set(recorded, 'the fault does not fit the call: it is made in another way');
      return undefined;
    }
    this.#injected.add(recorded);
    this.#lasting.begin(recorded);
    for (const { begin } of effects) begin?.();
    const { lineage, tid, enteredAt } = call.task;
    const at = { lineage, tid, syscall: facts.name, ordinal: call.ordinal, timeMs: enteredAt - this.#startMs };
    this.#onFault({ rule, ...at, fault, semantics, way });
    return effects;
  }

  /** A signal's coordinate counts all calls of the task: so it may be another call by now. */
  #send(recorded: RecordedSignal, { task }: StoppedCall, name: string): boolean {
    if (name !== recorded.syscall) {
      this.#refused.set(recorded, `call ${recorded.ordinal} of the task is ${name} now`);
      return false;
    }
    this.#injected.add(recorded);
    const { rule, signal } = recorded;
    this.#sent.log(task, { rule, timeMs: task.enteredAt - this.#startMs, moment: 'call', signal });
    return true;
  }

  #missed(recorded: Recorded): MissedCallFault {
    const { task, syscall, ordinal } = recorded;
    const isSignal = 'signal' in recorded;
    return {
      task,
      syscall,
      ordinal,
      fault: isSignal ? recorded.signal : faultText(recorded),
      reason: this.#refused.get(recorded) ?? this.#whyNotReached(recorded),
    };
  }

  #whyNotReached(recorded: Recorded): string {
    const life = this.#lives.get(recorded.task);
    if (!life) return this.#whyNotBorn(recorded.task);
    const nr = syscallNumber(recorded.syscall);
    const of = 'signal' in recorded ? life.task.calls : nr === undefined ? 0 : life.task.callsOf(nr);
    const what = 'signal' in recorded ? 'calls in all' : `of ${recorded.syscall}`;
    const after = life.last === undefined ? '' : `, after the fault at ${life.last}`;
    return `the task made ${of} ${what}${after}, and ${life.ending ?? 'was still running'}`;
  }

  #whyNotBorn(lineage: string): string {
    for (let parent = parentOf(lineage); parent !== undefined; parent = parentOf(parent)) {
      const life = this.#lives.get(parent);
      if (!life) continue;
      const after = life.last === undefined ? '' : ` after the fault at ${life.last}`;
      return `there was no such task: task ${parent} made ${life.task.forks} tasks, and ${life.ending ?? 'was still running'}${after}`;
    }
    return 'there was no such task';
  }
}

/** A death that lasts leaves nobody. */
function killingAll(entry: EntryDecision | undefined): EntryDecision | undefined {
  return entry?.kill ? { ...entry, killsTree: true } : entry;
}

/** Whether a call that is made in another way than when a fault was recorded can meet it all the same. */
function canBeMet({ error, retval, quirk }: Fault, facts: CallFacts): boolean {
  if (retval !== undefined || quirk !== undefined) return false;
  return error === undefined || errorsFor(facts.name, facts.situation(), 'likely').includes(`${error}`);
}

function dependsOnHandlers(recorded: Recorded): boolean {
  return !('signal' in recorded) && recorded.semantics === 'kernel' && isInterrupting(recorded.fault);
}

function endingText(status: number): string {
  return hasExited(status)
    ? `ended with status ${exitStatusOf(status)}`
    : `died of ${signalNameOf(termSignalOf(status))}`;
}

function add<Key, T>(map: Map<Key, T[]>, key: Key, item: T): void {
  const items = map.get(key);
  if (items) items.push(item);
  else map.set(key, [item]);
}

function callKey(task: string, ordinal: number): string {
  return `${task} ${ordinal}`;
}

function signalNumber({ signal }: RecordedSignal): number {
  return signalByName(signal)!;
}

function parentOf(lineage: string): string | undefined {
  const dot = lineage.lastIndexOf('.');
  return dot < 0 ? undefined : lineage.slice(0, dot);
}

function quirkOf(recorded: Recorded): string[] {
  const quirk = 'signal' in recorded ? undefined : recorded.fault.quirk;
  return quirk ? [quirk.name] : [];
}
