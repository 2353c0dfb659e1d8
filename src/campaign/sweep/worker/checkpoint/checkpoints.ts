import { cpuUseMs } from '../../../../linux/cpu-use.ts';
import type { GatedProcess } from '../../../../linux/gated-process.ts';
import type { CaseFault, Observation } from '../../../../model/sweep.ts';
import { syscallNumber } from '../../../../syscalls/syscall-table.ts';
import { ForkTools } from '../../../../tracer/fork-point.ts';
import type { Policy } from '../../../../tracer/policy.ts';
import type { PerformOptions } from '../../performer.ts';
import { isSameResult } from './results.ts';
import { Stops } from './stops.ts';
import { isSameWay, joined, Trail } from './trail.ts';
import { Trial } from './trial.ts';
import { Zygote } from './zygote.ts';

/** So many cases are performed before it is tried: what it takes is that of some whole runs. */
const FIRST_CASES = 10;
/**
 * So often it may fail to be shown that runs from a checkpoint do what whole ones do: some differ among themselves from time to time. (sed draws the name of
 * its temporary file by the clock, and of some draws it makes a second one, by getrandom(2).)
 */
const MOST_PROOFS = 4;
/** How many stand at a time. */
const MAX_ZYGOTES = 12;
/** Ids in the pid namespace that no tree comes to. */
const FIRST_ID = 20_000;
const ROOT = '0';
const RT_SIGACTION = syscallNumber('rt_sigaction')!;

/** Where a run goes on from; undefined: from its start. It is asked when all is ready, and told which calls are to stop. */
type From = (armed: Policy['armed']) => Zygote | undefined;

/** The engine whose runs these are. */
export interface Engine {
  /** Starts the command as far as its gate, with this id in its pid namespace. */
  start(armed: Policy['armed'], pid: number): GatedProcess;
  /** A run, of which `extra` is told. */
  observe(faults: readonly CaseFault[], options: PerformOptions, from: From, extra?: Policy): Observation;
}

/**
 * Which runs of a command go on from a checkpoint behind its loader, and which are whole: see {@link Zygote}. Where it is not sound, or the run from the
 * checkpoint does not do what the whole one does, or does not take less, all are whole.
 */
export class Checkpoints {
  readonly #engine: Engine;
  readonly #changing: readonly string[];
  readonly #tools: ForkTools = new ForkTools();
  readonly #zygotes: Zygote[] = [];
  #stops: Stops | undefined;
  #cases = 0;
  #made = 0;
  /** Of the cases; others are performed as whole runs. */
  #stillness = '';
  /** Why all runs are whole; undefined if they need not be. */
  #refusal: string | undefined;
  readonly #trial = new Trial();

  /** `changing`: directories whose files are put back between runs. */
  constructor(engine: Engine, changing: readonly string[]) {
    this.#engine = engine;
    this.#changing = changing;
  }

  /** Performs a run, whole or not; `always`: whether or not it takes less. It may perform some of its own before. */
  perform(faults: readonly CaseFault[], options: PerformOptions, always: boolean): Observation {
    if (!isCase(faults, options)) return this.#engine.observe(faults, options, () => undefined);
    this.#prepare(options);
    const isOnTrial =
      !always && this.#stops !== undefined && this.#refusal === undefined && this.#trial.pays === undefined;
    if (isOnTrial) return this.#try(faults, options);
    return this.#engine.observe(faults, options, (armed) => this.#zygoteFor(faults, options, armed));
  }

  /** The same while it is not known whether it pays. */
  #try(faults: readonly CaseFault[], options: PerformOptions): Observation {
    const way = this.#trial.next;
    let zygote: Zygote | undefined;
    let sinceMs = 0;
    const observation = this.#engine.observe(faults, options, (armed) => {
      zygote = this.#zygoteFor(faults, options, armed);
      sinceMs = cpuUseMs() + (zygote?.cpuMs() ?? 0);
      return way === 'forked' ? zygote : undefined;
    });
    if (zygote === undefined || this.#refusal !== undefined) return observation;
    this.#trial.add(way, cpuUseMs() + zygote.cpuMs() - sinceMs);
    if (this.#trial.pays === false) this.#refuse('it does not take less');
    return observation;
  }

  #prepare(options: PerformOptions): void {
    this.#cases += 1;
    if (this.#cases !== FIRST_CASES) return;
    this.#stillness = JSON.stringify(options.stillness);
    this.#prove({ ...options, record: false, contents: false });
  }

  #refuse(why: string): void {
    this.#refusal = why;
    this.endAll();
  }

  #zygoteFor(faults: readonly CaseFault[], options: PerformOptions, armed: Policy['armed']): Zygote | undefined {
    if (this.#stops === undefined || this.#refusal !== undefined) return undefined;
    if (JSON.stringify(options.stillness) !== this.#stillness) return undefined;
    const zygote = this.#zygotes.find((one) => one.stopsAt(armed)) ?? this.#make(options, this.#stops.with(armed));
    if (typeof zygote === 'string') {
      this.#refuse(zygote);
      return undefined;
    }
    return faults.every((fault) => isBehind(zygote, fault)) && !hasSetHandlers(zygote, armed) ? zygote : undefined;
  }

  /** There is no copy of it any more: it was killed, or there are no ids left. */
  lost(): void {
    this.#refuse('it was lost');
  }

  endAll(): void {
    for (const zygote of [...this.#zygotes]) this.#end(zygote);
  }

  #make(options: PerformOptions, armed: Policy['armed'], trail?: Trail): Zygote | string {
    this.#made += 1;
    const start = (all: Policy['armed']): GatedProcess => this.#engine.start(all, FIRST_ID + this.#made);
    const zygote = Zygote.make(this.#tools, { armed, options, changing: this.#changing, start, trail });
    if (typeof zygote === 'string') return zygote;
    this.#zygotes.push(zygote);
    if (this.#zygotes.length > MAX_ZYGOTES) this.#end(this.#zygotes[0]!);
    return zygote;
  }

  #end(zygote: Zygote): void {
    zygote.end();
    this.#zygotes.splice(this.#zygotes.indexOf(zygote), 1);
  }

  #prove(options: PerformOptions): void {
    let difference: string | undefined;
    for (let proof = 0; proof < MOST_PROOFS; proof++) {
      difference = this.#difference(options);
      if (difference === undefined || this.#refusal !== undefined) return;
    }
    this.#refuse(difference!);
  }

  /** Two whole runs, and one from a checkpoint, which is to do what they do. Returns how it differs. Where there can be no checkpoint, that is refused at once. */
  #difference(options: PerformOptions): string | undefined {
    const trails = [new Trail(), new Trail()] as const;
    const [one, other] = trails.map((trail) => this.#engine.observe([], options, () => undefined, trail));
    const [before, after] = [new Trail(), new Trail()];
    let zygote: Zygote | string = '';
    const from: From = () => {
      zygote = this.#make(options, 'all', before);
      return typeof zygote === 'string' ? undefined : zygote;
    };
    const tried = this.#engine.observe([], options, from, after);
    if (typeof zygote === 'string') this.#refuse(zygote);
    if (typeof zygote === 'string' || this.#refusal !== undefined) return this.#refusal;
    this.#end(zygote);
    if (!isSameWay(trails[0].steps, trails[1].steps, joined(before.steps, after.steps))) return 'its calls are others';
    if (!isSameResult(one!, other!, tried)) return 'its results are others';
    this.#stops = Stops.of(after.steps);
    return undefined;
  }
}

/** A run of the campaign whose calls are not written down. */
function isCase(faults: readonly CaseFault[], { record, usualCalls }: PerformOptions): boolean {
  return faults.length > 0 && !record && usualCalls !== undefined;
}

/** The fault is at a call that has yet to be made. */
function isBehind({ calls }: Zygote, { task, syscall, ordinal }: CaseFault): boolean {
  const nr = syscallNumber(syscall);
  return task !== ROOT || (nr !== undefined && ordinal > (calls.get(nr) ?? 0));
}

/** Handlers were set before, and it matters which signals have one. */
function hasSetHandlers({ calls }: Zygote, armed: Policy['armed']): boolean {
  return calls.has(RT_SIGACTION) && (armed === 'all' || armed.has(RT_SIGACTION));
}
