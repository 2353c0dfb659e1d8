import { innermostPid } from '../../linux/process-stat.ts';
import type { TaskMemory } from '../../linux/task-memory.ts';
import { type Elf, SHT_DYNSYM, SHT_SYMTAB } from '../../symbols/elf.ts';
import { symbolsOf } from '../../symbols/symbols.ts';
import type { Task } from '../task.ts';
import type { LockKind } from './lock-functions.ts';
import { ModuleFacts } from './module-facts.ts';

/** A call of a lock function: the last one that a task made. */
export interface LockCall {
  readonly kind: LockKind;
  /** The lock. */
  readonly address: number;
  /** Its second argument: of one that waits for a condition, the mutex that it holds again afterwards. */
  readonly second: number;
}

/** What a task waits for. */
export interface AwaitedLock {
  /** `mutex queue_lock`, `mutex 0x7f3c10000b60`, `the end of a thread`. */
  readonly lock: string;
  readonly heldBy: Task | undefined;
}

/** Of these the C library says whose they are: where the id of the thread is, in pthread_mutex_t (__owner) and pthread_rwlock_t (__cur_writer). */
const OWNER_AT = { mutex: 8, 'read-write lock': 24 } as const;
/** sizeof(pthread_rwlock_t): the largest of what the calls are about. */
const LOCK_BYTES = 56;
const WORD = 4;

const variables = new ModuleFacts((elf: Elf) =>
  [SHT_SYMTAB, SHT_DYNSYM].flatMap((type) =>
    symbolsOf(elf, type as typeof SHT_DYNSYM).filter(({ kind, size }) => kind === 'object' && size > 0),
  ),
);

/** Says which lock a task waits for that sleeps in futex(2), and who holds it. */
export class LockOwners {
  readonly #memory: TaskMemory;
  readonly #tasks: ReadonlyMap<number, Task>;
  readonly #calls = new Map<Task, LockCall>();

  /** `tasks`: all there are, by id. */
  constructor(memory: TaskMemory, tasks: ReadonlyMap<number, Task>) {
    this.#memory = memory;
    this.#tasks = tasks;
  }

  called(task: Task, call: LockCall): void {
    this.#calls.set(task, call);
  }

  forget(task: Task): void {
    this.#calls.delete(task);
  }

  /** `futex`: the address that it waits at; `value`: what it expects there. */
  awaited(task: Task, futex: number, value: number): AwaitedLock {
    const call = this.#calls.get(task);
    const isAbout = (lock: number): boolean => futex >= lock && futex < lock + LOCK_BYTES;
    if (call && isAbout(call.address)) return this.#lock(task, call.kind, call.address);
    // A condition has come true, and its mutex is taken.
    if (call?.kind === 'condition variable' && isAbout(call.second)) return this.#lock(task, 'mutex', call.second);
    const other = this.#thread(task, value);
    // pthread_join(3) waits until the kernel clears the id of the thread.
    if (other && this.#word(task, futex) === value) return { lock: `the end of task ${other.lineage}`, heldBy: other };
    const owner = this.#owner(task, 'mutex', futex);
    return owner
      ? { lock: `mutex ${this.#name(task, futex)}`, heldBy: owner }
      : { lock: `futex ${this.#name(task, futex)}`, heldBy: undefined };
  }

  #lock(task: Task, kind: LockKind, address: number): AwaitedLock {
    return { lock: `${kind} ${this.#name(task, address)}`, heldBy: this.#owner(task, kind, address) };
  }

  #owner(task: Task, kind: LockKind, address: number): Task | undefined {
    const at = kind === 'mutex' || kind === 'read-write lock' ? OWNER_AT[kind] : undefined;
    return at === undefined ? undefined : this.#thread(task, this.#word(task, address + at));
  }

  #word({ tid }: Task, address: number): number {
    if (this.#memory.read(tid, address, WORD) < WORD) return 0;
    return new DataView(this.#memory.buffer.buffer, this.#memory.buffer.byteOffset).getUint32(0, true);
  }

  /** By its id as its program knows it. A lock may be shared by processes: first those of the same one. */
  #thread({ tgid }: Task, id: number): Task | undefined {
    if (id === 0) return undefined;
    const all = [...this.#tasks.values()];
    const ordered = [...all.filter((task) => task.tgid === tgid), ...all.filter((task) => task.tgid !== tgid)];
    return ordered.find((task) => innermostPid(task.tid) === id);
  }

  /** The variable at an address, or the address itself. */
  #name({ tid }: Task, address: number): string {
    for (const { facts, bias } of variables.of(tid)) {
      const at = address - bias;
      const variable = facts.find((one) => at >= one.address && at < one.address + one.size);
      if (variable) return at === variable.address ? variable.name : `${variable.name}+${at - variable.address}`;
    }
    return `0x${address.toString(16)}`;
  }
}
