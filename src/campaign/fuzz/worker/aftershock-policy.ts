import { BrokenPipes } from '../../../faults/aftermaths/broken-pipe.ts';
import { CallFacts } from '../../../faults/call-facts.ts';
import { type DecisionKey, decisionKey, drawUnit } from '../../../faults/decisions.ts';
import { cataloguedSyscalls } from '../../../faults/errno-catalogue.ts';
import type { FaultSource } from '../../../faults/fault-source.ts';
import { printFault } from '../../../faults/inject-grammar.ts';
import type { Effect } from '../../../faults/kinds/moment.ts';
import { CallsUnderWay, mergeEntries } from '../../../faults/merged-effects.ts';
import { compilePath } from '../../../faults/path-matcher.ts';
import { Quirks } from '../../../faults/quirks/index.ts';
import { randomFault } from '../../../faults/random-fault.ts';
import { decisionOrdinal } from '../../../faults/rule-identity.ts';
import { RT_SIGACTION, SignalHandlers } from '../../../faults/signal-handlers.ts';
import type { Aftershocks } from '../../../model/fuzz.ts';
import type { CaseFault } from '../../../model/sweep.ts';
import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { EntryDecision, ExitDecision, Policy, StoppedCall } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';
import { type Outlet, outletOf } from './outlet-watch.ts';

/** By which its decisions are drawn. */
const NAME = 'aftershock';

/** The same for all runs: one filter does for all. */
const ARMED: ReadonlySet<number> = new Set([
  ...cataloguedSyscalls()
    .map(syscallNumber)
    .filter((nr) => nr !== undefined),
  RT_SIGACTION,
]);

/**
 * Injects further faults once the first one has come: into what handles that one, which no good run has, and into what comes after. Each is drawn
 * for its call by seed, lineage and ordinal.
 */
export class AftershockPolicy implements Policy {
  readonly armed: ReadonlySet<number> = ARMED;
  readonly needsProgramEntry = true;
  /** What fails by another fault fails once. */
  readonly onlyCallsThatHappen = true;
  readonly #rate: number;
  readonly #calls: ReadonlySet<number>;
  readonly #source: FaultSource;
  readonly #seed: number;
  readonly #isPath: readonly ((path: string) => boolean)[];
  readonly #onFault: (fault: CaseFault, outlet: Outlet | undefined) => void;
  readonly #handlers = new SignalHandlers();
  readonly #brokenPipes = new BrokenPipes();
  readonly #quirks = new Quirks([], 0);
  readonly #underWay = new CallsUnderWay();
  readonly #keys = new Map<string, DecisionKey>();
  #left: number;
  #isOn = false;

  /**
   * @param directory where relative globs begin
   * @param onFault is told of each as it is injected
   */
  constructor(
    aftershocks: Aftershocks,
    directory: string,
    onFault: (fault: CaseFault, outlet: Outlet | undefined) => void,
  ) {
    const { seed, rate, most, syscalls, paths, errors, kinds } = aftershocks;
    this.#seed = seed;
    this.#rate = rate;
    this.#left = most;
    this.#calls = new Set(syscalls.map(syscallNumber).filter((nr) => nr !== undefined));
    this.#source = randomFault({ kinds, errors });
    this.#isPath = paths.map((glob) => compilePath(glob, directory));
    this.#onFault = onFault;
  }

  /** The first fault is being injected. */
  begin(): void {
    this.#isOn = true;
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (call.nr === RT_SIGACTION) this.#handlers.onSigaction(call);
    if (!this.#isOn) return undefined;
    if (this.#isDrawn(call)) return this.#inject(call);
    const broken = this.#brokenPipes.any ? this.#brokenPipes.metBy(new CallFacts(call)) : undefined;
    return broken && this.#underWay.add(call.task, broken.entry, [broken.exit]);
  }

  onExit(call: StoppedCall): ExitDecision | undefined {
    return this.#underWay.comesBack(call);
  }

  onTaskStart(task: Task, _nowMs: number, parent: Task | undefined): void {
    if (parent) this.#handlers.onBirth(task, parent.tgid);
  }

  onExec(task: Task): void {
    this.#handlers.onExec(task);
  }

  onTaskEnd(task: Task): void {
    this.#underWay.forget(task);
    this.#handlers.onEnd(task);
    this.#keys.delete(task.lineage);
  }

  #isDrawn(call: StoppedCall): boolean {
    const { task, nr } = call;
    if (this.#left === 0 || !this.#calls.has(nr) || !task.state.reachedEntryPoint) return false;
    return drawUnit(this.#keyOf(task), decisionOrdinal(call)) < this.#rate;
  }

  #inject(call: StoppedCall): EntryDecision | undefined {
    const facts = new CallFacts(call);
    // What the program says of the first fault gets through.
    const outlet = outletOf(facts);
    if (outlet === 'stderr' || !this.#isOnPath(facts)) return undefined;
    const injection = this.#source.choose({
      call,
      facts,
      semantics: 'kernel',
      realism: 'likely',
      deliberate: false,
      key: this.#keyOf(call.task),
      ordinal: decisionOrdinal(call),
      handlers: this.#handlers,
      brokenPipes: this.#brokenPipes,
      quirks: this.#quirks,
    });
    if (!injection) return undefined;
    this.#left--;
    const { fault, effects } = injection;
    for (const { begin } of effects) begin?.();
    const met: CaseFault = {
      task: call.task.lineage,
      syscall: syscallName(call.nr),
      ordinal: call.ordinal,
      way: fault.short === undefined ? 'once' : 'short',
      fault: printFault(fault),
      site: '',
      occurrence: 1,
    };
    this.#onFault(met, outlet);
    let entry: EntryDecision | undefined;
    const exits: Effect['exit'][] = [];
    for (const effect of effects) {
      entry = mergeEntries(entry, effect.entry);
      exits.push(effect.exit);
    }
    return this.#underWay.add(call.task, entry, exits);
  }

  #isOnPath(facts: CallFacts): boolean {
    return this.#isPath.length === 0 || facts.paths().some((path) => this.#isPath.some((test) => test(path)));
  }

  #keyOf({ lineage }: Task): DecisionKey {
    let key = this.#keys.get(lineage);
    if (!key) {
      key = decisionKey(this.#seed, NAME, lineage);
      this.#keys.set(lineage, key);
    }
    return key;
  }
}
