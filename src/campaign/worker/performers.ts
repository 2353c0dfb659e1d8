import { affinityOf } from '../../linux/affinity.ts';
import type { Subject } from '../../model/subject.ts';

/**
 * Performs runs of one subject, one after another, each from the same start: a process beside this one, in an enclosure of its own,
 * on a CPU of its own. Rejects with a RenacerError for what Renacer itself can't do.
 */
export interface Performer<What, Options, Seen> {
  /** By the warm engine. */
  perform(what: What, options: Options): Promise<Seen>;
  /** The same by the ordinary engine: `runCommand` and a recording, in the same enclosure. */
  confirm(what: What, options: Options): Promise<Seen>;
  /** Ends it; nothing of it is left. */
  close(): Promise<void>;
}

export type OpenPerformer<What, Options, Seen> = (
  subject: Subject,
  cpu: number | undefined,
) => Promise<Performer<What, Options, Seen>>;

/** Opens performers, each on a CPU of its own as far as there are enough; who is closed leaves its CPU to the next. */
export class Performers<What, Options, Seen> {
  readonly #open: OpenPerformer<What, Options, Seen>;
  readonly #subject: Subject;
  /** How many are on each CPU. */
  readonly #load: Map<number, number>;
  readonly #opened = new Set<Performer<What, Options, Seen>>();
  /** Opened before they are needed. */
  readonly #ahead: Promise<Performer<What, Options, Seen>>[] = [];
  #runs = 0;

  constructor(open: OpenPerformer<What, Options, Seen>, subject: Subject) {
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

  open(): Promise<Performer<What, Options, Seen>> {
    return this.#ahead.shift() ?? this.#start();
  }

  /** For the next who needs one. */
  giveBack(performer: Performer<What, Options, Seen>): void {
    this.#ahead.unshift(Promise.resolve(performer));
  }

  async #start(): Promise<Performer<What, Options, Seen>> {
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

  #counted(performer: Performer<What, Options, Seen>, cpu: number | undefined): Performer<What, Options, Seen> {
    const counted: Performer<What, Options, Seen> = {
      perform: (what, options) => {
        this.#runs++;
        return performer.perform(what, options);
      },
      confirm: (what, options) => {
        this.#runs++;
        return performer.confirm(what, options);
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
