import type { SchedulePolicy } from '../../../chaos/schedule/schedule-policy.ts';
import { CallFacts } from '../../../faults/call-facts.ts';
import { linkOf } from '../../../faults/descriptor.ts';
import type { TaskAtSwitch, ToldSwitch } from '../../../model/explore.ts';
import type { StackFrame } from '../../../model/stack-frame.ts';
import { syscallName, syscallNumber } from '../../../syscalls/syscall-table.ts';
import type { Choice, Policy, StoppedCall } from '../../../tracer/policy.ts';
import type { Task } from '../../../tracer/task.ts';
import type { StackTracer } from '../../../tracer/unwind/stack-tracer.ts';

/** Of what a task did, so many calls are told. */
const MAX_DID = 40;

type Standing = { -readonly [K in keyof TaskAtSwitch]: TaskAtSwitch[K] };
type Draft = { -readonly [K in keyof ToldSwitch]: ToldSwitch[K] } & { readonly did: string[] };

/** Asks who picks, and writes down what each switch is: who stood where, who ran instead, and what it did. It is to be asked before the stack tracer. */
export class SwitchTeller implements Policy {
  readonly armed: ReadonlySet<number>;
  readonly told: ToldSwitch[] = [];
  readonly #schedule: SchedulePolicy;
  readonly #stacks: StackTracer;
  /** The directory that the command runs in: names in it are told from there on. */
  readonly #directory: string;
  readonly #programs = new Map<string, string>();
  /** Where each task has made its last call. */
  readonly #lastStacks = new Map<string, readonly StackFrame[] | undefined>();
  /** Those that were stopped before a call: which files it is about is known when it is made. */
  readonly #standing = new Map<string, Standing>();
  /** The last switch, until another task goes on than that one let go. */
  #open: Draft | undefined;
  /** The call that was written down at its point: without the files that it is about. */
  #announced: string | undefined;

  constructor(schedule: SchedulePolicy, stacks: StackTracer, directory: string) {
    this.#schedule = schedule;
    this.armed = schedule.armed;
    this.#stacks = stacks;
    this.#directory = directory;
  }

  pick(choice: Choice): Task {
    const picked = this.#schedule.pick(choice);
    const { why, object } = choice.pointOf(picked);
    if (picked !== choice.usual) this.#begin(choice, picked, why);
    else if (picked.lineage !== this.#open?.ran.task) this.#open = undefined;
    if (isDone(why)) this.#did(object.startsWith('/') || object === '' ? why : `${why}(${object})`);
    this.#announced = why;
    return picked;
  }

  gaveWay(task: Task): void {
    this.#schedule.gaveWay(task);
  }

  /** Where a task waits that has not come back from its last call. */
  stackOfLast(lineage: string): readonly StackFrame[] | undefined {
    return this.#lastStacks.get(lineage);
  }

  onEntry(call: StoppedCall): undefined {
    this.#lastStacks.set(call.task.lineage, this.#stacks.stackOf(call.task));
    const { lineage } = call.task;
    const standing = this.#standing.get(lineage);
    const isTold = lineage === this.#open?.ran.task;
    if (!standing && !isTold) return;
    const text = this.#textOf(call);
    if (standing) standing.point = text;
    this.#standing.delete(lineage);
    if (!isTold) return;
    if (this.#announced === syscallName(call.nr)) this.#open!.did.pop();
    this.#announced = undefined;
    this.#did(text);
  }

  onTaskStart(task: Task, _nowMs: number, parent: Task | undefined): void {
    this.#programs.set(task.lineage, this.#programs.get(parent?.lineage ?? '') ?? '');
  }

  onExec(task: Task): void {
    this.#programs.set(task.lineage, linkOf(`/proc/${task.tid}/exe`) ?? '');
  }

  #begin({ task, point, why, current }: Choice, picked: Task, at: string): void {
    const stopped = this.#taskAt(task, why, current);
    if (isCall(why)) this.#standing.set(task, stopped);
    this.#open = {
      switch: { task, point, why, to: picked.lineage },
      stopped,
      ran: this.#taskAt(picked.lineage, at, picked),
      did: [],
    };
    this.told.push(this.#open);
  }

  /** `standing`: undefined if it sleeps, or has ended. */
  #taskAt(task: string, point: string, standing: Task | undefined): Standing {
    const stack = standing && this.#stacks.stackOf(standing);
    return { task, program: this.#programs.get(task) ?? '', point, stack };
  }

  /** `openat("n")`. */
  #textOf(call: StoppedCall): string {
    const facts = new CallFacts(call);
    const names = [...new Set(facts.paths())].map((path) => JSON.stringify(this.#shortName(path)));
    return `${facts.name}(${names.join(', ')})`;
  }

  #did(what: string): void {
    const did = this.#open?.did;
    if (did && did.length < MAX_DID) did.push(what);
  }

  #shortName(path: string): string {
    return path.startsWith(`${this.#directory}/`) ? path.slice(this.#directory.length + 1) : path;
  }
}

/** Whether something is about to be done at a point: at others, something has been. */
function isDone(why: string): boolean {
  return !/ (returns|sleeps)$|^(born|birth|exec|end|stop|continued)$/.test(why);
}

function isCall(why: string): boolean {
  return syscallNumber(why) !== undefined;
}
