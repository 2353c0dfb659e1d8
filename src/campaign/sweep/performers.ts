import { affinityOf } from '../../linux/affinity.ts';
import type { Subject } from '../../model/subject.ts';
import type { Performer } from './performer.ts';

export type OpenPerformer = (subject: Subject, cpu: number | undefined) => Promise<Performer>;

/** Opens performers, each on a CPU of its own as far as there are enough; who is closed leaves its CPU to the next. */
export class Performers {
  readonly #open: OpenPerformer;
  readonly #subject: Subject;
  /** How many are on each CPU. */
  readonly #load: Map<number, number>;
  readonly #opened = new Set<Performer>();
  /** Opened before they are needed. */
  readonly #ahead: Promise<Performer>[] = [];
  #runs = 0;

  constructor(open: OpenPerformer, subject: Subject) {
    this.#open = open;
    this.#subject = subject;
    this.#load = new Map(allowedCpus().map((cpu) => [cpu, 0]));
  }

  /** How many runs were made, by either engine. */
  get runs(): number {
    return this.#runs;
  }

  /** Opens some while there is other work to do: whoever needs one takes it from these. */
  prepare(count: number): void {
    for (let one = 0; one < count; one++) {
      const performer = this.#start();
      // Who takes it is told why it could not be opened.
      performer.catch(() => {});
      this.#ahead.push(performer);
    }
  }

  open(): Promise<Performer> {
    return this.#ahead.shift() ?? this.#start();
  }

  /** For the next who needs one. */
  giveBack(performer: Performer): void {
    this.#ahead.unshift(Promise.resolve(performer));
  }

  async #start(): Promise<Performer> {
    const cpu = this.#freest();
    this.#count(cpu, 1);
    try {
      const performer = await this.#open(this.#subject, cpu);
      return this.#counted(performer, cpu);
    } catch (error) {
      this.#count(cpu, -1);
      throw error;
    }
  }

  /** Ends them all, at work or not. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#ahead.splice(0));
    await Promise.all([...this.#opened].map((performer) => performer.close()));
  }

  #counted(performer: Performer, cpu: number | undefined): Performer {
    const counted: Performer = {
      perform: (faults, options) => {
        this.#runs++;
        return performer.perform(faults, options);
      },
      confirm: (faults, options) => {
        this.#runs++;
        return performer.confirm(faults, options);
      },
      close: async () => {
        if (this.#opened.delete(counted)) this.#count(cpu, -1);
        await performer.close();
      },
    };
    this.#opened.add(counted);
    return counted;
  }

  #freest(): number | undefined {
    const least = Math.min(...this.#load.values());
    return [...this.#load].find(([, count]) => count === least)?.[0];
  }

  #count(cpu: number | undefined, by: number): void {
    if (cpu !== undefined) this.#load.set(cpu, (this.#load.get(cpu) ?? 0) + by);
  }
}

/** Those that this process may run on. */
function allowedCpus(): number[] {
  const mask = affinityOf(0) ?? new Uint8Array();
  return [...mask].flatMap((byte, index) =>
    Array.from({ length: 8 }, (_, bit) => bit)
      .filter((bit) => byte & (1 << bit))
      .map((bit) => index * 8 + bit),
  );
}
