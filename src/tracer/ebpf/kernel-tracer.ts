import { closeSync, openSync } from 'node:fs';
import {
  attachRawTracepoint,
  BPF_F_NO_PREALLOC,
  BpfArray,
  BpfMap,
  loadProgram,
  MAP_TYPE,
  wordsOf,
} from '../../linux/bpf.ts';
import { memberOffsets } from '../../linux/btf.ts';
import { closeFd } from '../../linux/fds.ts';
import { RenacerError } from '../../model/errors.ts';
import { type CallPlanChoice, callPlans, callVariants, capturesOfPlans } from './call-plans.ts';
import { SCRATCH_BYTES } from './capture-parts.ts';
import { COUNTER, COUNTERS, COUNTS, NUMBERS, PLAN_BYTES, PLANS, TASK } from './layout.ts';
import { GROUP_MEMBERS, PENDING_MEMBERS, SCRATCHES, TASK_MEMBERS, THREAD_MEMBERS } from './program-parts.ts';
import { tracePrograms } from './programs.ts';

const MAX_TASKS = 65536;
/** Of a program, for bpftool. */
const MAX_NAME = 15;

export interface KernelTraceChoice extends CallPlanChoice {
  /** The directory of the cgroup v2 group whose tasks, and those of groups below it, are traced. */
  readonly group: string;
  /** File descriptor of the ring buffer that records go to; undefined if calls are only counted. */
  readonly ring: number | undefined;
}

/** Calls of one number. */
export interface KernelCount {
  readonly nr: number;
  readonly calls: number;
  readonly errors: number;
  readonly seconds: number;
}

/**
 * Traces from within the kernel: a task there tells of its calls by itself, and never stops. It observes only. What is
 * traced begins at the next execve of a task in the group, and goes on in whatever that task makes.
 */
export class KernelTracer {
  readonly #fds: number[] = [];
  readonly #maps: BpfMap[] = [];
  readonly #counts: BpfArray;
  readonly #counters: BpfArray;

  /** Loads and attaches the programs. Throws RenacerError (BPF_PROGRAM_REFUSED, NO_KERNEL_TYPES) or SystemCallError. */
  constructor(choice: KernelTraceChoice) {
    const task = memberOffsets('task_struct', TASK_MEMBERS);
    const thread = memberOffsets('thread_info', THREAD_MEMBERS);
    const group = memberOffsets('signal_struct', GROUP_MEMBERS);
    const pending = memberOffsets('sigpending', PENDING_MEMBERS);
    if (task === undefined || thread === undefined || group === undefined || pending === undefined) {
      throw new RenacerError('NO_KERNEL_TYPES', 'this kernel does not describe its types (/sys/kernel/btf/vmlinux)', {
        hint: 'Use --engine ptrace, or a kernel built with CONFIG_DEBUG_INFO_BTF.',
      });
    }
    try {
      this.#counts = this.#keep(new BpfArray(COUNTS.bytes, NUMBERS));
      this.#counters = this.#keep(new BpfArray(8, COUNTERS));
      const plans = callPlans(choice);
      const variants = callVariants(choice);
      const programs = tracePrograms({
        maps: {
          cgroup: this.#cgroup(choice.group).fd,
          tasks: this.#keep(new BpfMap(MAP_TYPE.HASH, 4, TASK.bytes, MAX_TASKS, BPF_F_NO_PREALLOC)).fd,
          ...this.#plans(plans, variants),
          counts: this.#counts.fd,
          counters: this.#counters.fd,
          scratch: this.#keep(new BpfMap(MAP_TYPE.PERCPU_ARRAY, 4, SCRATCH_BYTES, SCRATCHES)).fd,
          ring: choice.ring ?? -1,
        },
        offsets: { task, thread, group, pending },
        events: choice.ring !== undefined,
        captures: capturesOfPlans([...plans, ...variants]),
      });
      const loaded = programs.map(({ tracepoint, code }) => ({
        tracepoint,
        fd: this.#keepFd(loadProgram(tracepoint.slice(0, MAX_NAME), code)),
      }));
      for (const { tracepoint, fd } of loaded) this.#keepFd(attachRawTracepoint(tracepoint, fd));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Records that were lost since the ring was full. */
  get lost(): number {
    return this.#counter(COUNTER.lost);
  }

  get signals(): number {
    return this.#counter(COUNTER.signals);
  }

  get tasks(): number {
    return this.#counter(COUNTER.tasks);
  }

  /** What was counted so far, of the calls that were asked for. */
  counts(): KernelCount[] {
    const { view } = this.#counts.memory;
    const found: KernelCount[] = [];
    for (let nr = 0; nr < NUMBERS - 1; nr++) {
      const number = (at: number): number => Number(view.getBigUint64(nr * COUNTS.bytes + at, true));
      const calls = number(COUNTS.calls);
      if (calls > 0) found.push({ nr, calls, errors: number(COUNTS.errors), seconds: number(COUNTS.time) / 1e9 });
    }
    return found;
  }

  /** Detaches all. */
  close(): void {
    for (const fd of this.#fds.splice(0).reverse()) closeFd(fd);
    for (const map of this.#maps.splice(0)) map.close();
  }

  #counter(index: number): number {
    return Number(this.#counters.memory.view.getBigUint64(index * 8, true));
  }

  #cgroup(directory: string): BpfMap {
    const map = this.#keep(new BpfMap(MAP_TYPE.CGROUP_ARRAY, 4, 4, 1));
    const fd = openSync(directory, 'r');
    try {
      map.set(wordsOf(0), wordsOf(fd));
    } finally {
      closeSync(fd);
    }
    return map;
  }

  /** The plans by number, then those by argument too, and a map that finds the latter. */
  #plans(
    plans: ReturnType<typeof callPlans>,
    variants: ReturnType<typeof callVariants>,
  ): { readonly plans: number; readonly variants: number } {
    const array = this.#keep(new BpfArray(PLAN_BYTES, PLANS));
    const index = this.#keep(new BpfMap(MAP_TYPE.HASH, 8, 4, PLANS - NUMBERS));
    for (const { nr, bytes } of plans) array.memory.u8.set(bytes, nr * PLAN_BYTES);
    variants.forEach(({ bytes }, place) => {
      array.memory.u8.set(bytes, (NUMBERS + place) * PLAN_BYTES);
    });
    const keys = wordsOf(...variants.flatMap(({ nr, value }) => [value, nr]));
    index.set(keys, wordsOf(...variants.map((_, place) => NUMBERS + place)), variants.length);
    return { plans: array.fd, variants: index.fd };
  }

  #keep<Kind extends BpfMap>(map: Kind): Kind {
    this.#maps.push(map);
    return map;
  }

  #keepFd(fd: number): number {
    this.#fds.push(fd);
    return fd;
  }
}
