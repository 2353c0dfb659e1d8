import { monotonicMs } from '../linux/clock.ts';
import { PTRACE_SYSCALL_INFO_ENTRY, PTRACE_SYSCALL_INFO_EXIT, PTRACE_SYSCALL_INFO_SECCOMP } from '../linux/ptrace.ts';
import { sendSignal } from '../linux/signals.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { isRestart } from '../syscalls/errnos.ts';
import { ABI_X86_64, CallAtStop, INFO } from './call-at-stop.ts';
import { mergeEntries, preventsCall } from './decisions.ts';
import type { Holds } from './holds.ts';
import type { EntryDecision, ExitDecision, Policy } from './policy.ts';
import type { Tampering } from './tampering.ts';
import type { Task } from './task.ts';
import { EXIT_FOR } from './task-state.ts';
import type { TracingContext } from './tracing-context.ts';
import { keepTraced } from './untraced-clone.ts';

const SIGKILL = 9;

/** The stops at which tasks enter system calls and come back: asks the policy, does what it says, and has it recorded. */
export class CallStops {
  readonly #context: TracingContext;
  readonly #tampering: Tampering;
  readonly #holds: Holds;
  readonly #call: CallAtStop;

  constructor(context: TracingContext, tampering: Tampering, holds: Holds) {
    this.#context = context;
    this.#tampering = tampering;
    this.#holds = holds;
    this.#call = new CallAtStop(context.memory);
  }

  stopped(task: Task): void {
    const { ptrace, door } = this.#context;
    if (!ptrace.readSyscallInfo(task.tid)) return;
    const { info } = ptrace;
    switch (info[INFO.op]! & 0xff) {
      case PTRACE_SYSCALL_INFO_ENTRY:
      case PTRACE_SYSCALL_INFO_SECCOMP:
        this.#onEntry(task, info);
        break;
      case PTRACE_SYSCALL_INFO_EXIT:
        this.#onExit(task, info);
        break;
      default:
        door.resume(task);
    }
  }

  #onEntry(task: Task, info: Uint32Array): void {
    const { door, recorder, policy } = this.#context;
    const { state } = task;
    if (this.#tampering.isUndoing(task, info)) {
      door.resumeOwnCall(task);
      return;
    }
    if (this.#isUnfiltered(info)) {
      // A call of the filter stops once more, by that.
      if (policy?.onEveryCall?.(info[INFO.nr]!)) this.#killAll(task);
      else door.resume(task);
      return;
    }
    const isOurs = state.launching && info[INFO.nr] !== SYS.execve;
    if (isOurs || state.detaching) {
      door.resume(task);
      return;
    }
    this.#call.atEntry(task, info, monotonicMs(), policy !== undefined);
    const decision = this.#decide(task);
    // The trace shows poked bytes as the kernel will see them.
    if (decision?.poked && !decision.kill) this.#tampering.poke(task, decision.writes ?? []);
    const isRecorded = recorder.entry(task, this.#call.args);
    state.exitFor = (isRecorded ? EXIT_FOR.recorder : 0) | (decision?.atExit ? EXIT_FOR.policy : 0);
    if (this.#context.turns?.enters(task)) state.exitFor |= EXIT_FOR.turns;
    if (decision?.kill) {
      this.#kill(task, decision);
      if (decision.killsTree) this.#killOthers(task);
      return;
    }
    if (decision) {
      this.#noteKill(task, decision);
      this.#tampering.atEntry(task, decision);
    }
    this.#goOn(task, decision?.delayMs);
  }

  #decide(task: Task): EntryDecision | undefined {
    const { policy, following } = this.#context;
    const decision = policy && isArmed(policy, task) ? policy.onEntry(this.#call) : undefined;
    if (task.nr !== SYS.clone && task.nr !== SYS.clone3) return decision;
    if (task.abi !== ABI_X86_64 || !following.tree || (decision && preventsCall(decision))) return decision;
    return mergeEntries(keepTraced(this.#call), decision);
  }

  #onExit(task: Task, info: Uint32Array): void {
    const { door, policy } = this.#context;
    const { state } = task;
    if (state.exitFor === 0) {
      // Stopping by ptrace alone has exits of calls that nobody asked for.
      door.resume(task);
      return;
    }
    this.#call.atExit(task, info);
    if (state.undoing) {
      if (this.#tampering.undone(task, this.#call, state.undoing)) door.resumeOwnCall(task);
      else this.#comeBack(task, undefined);
      return;
    }
    if (state.exitFor & EXIT_FOR.arguments) this.#tampering.restoreArguments(task, this.#call);
    if (state.detaching && isRestart(this.#call.errno)) {
      // We have interrupted it, and it goes on when the task is detached.
      door.resume(task);
      return;
    }
    const decision = state.exitFor & EXIT_FOR.policy ? policy?.onExit?.(this.#call) : undefined;
    if (decision?.kill) {
      this.#kill(task, decision);
      return;
    }
    if (decision) {
      this.#noteKill(task, decision);
      this.#tampering.atExit(task, this.#call, decision);
    }
    if (decision?.undo) {
      if (this.#tampering.undo(task, decision.undo)) door.resumeOwnCall(task);
    } else {
      this.#comeBack(task, decision?.delayMs);
    }
  }

  #kill(task: Task, decision: EntryDecision | ExitDecision): void {
    this.#context.deaths.killed(task);
    this.#tampering.kill(task, decision);
  }

  /** At the entry of a call, where a filter says which of them stop: of one that none has asked for, or has yet to stop. */
  #isUnfiltered(info: Uint32Array): boolean {
    return this.#context.following.method === 'seccomp' && (info[INFO.op]! & 0xff) === PTRACE_SYSCALL_INFO_ENTRY;
  }

  #killAll(task: Task): void {
    this.#kill(task, {});
    this.#killOthers(task);
  }

  #killOthers({ tgid }: Task): void {
    const { tasks, deaths } = this.#context;
    for (const task of tasks.all.values()) {
      // A process dies by its first thread.
      if (task.tgid === tgid || task.tid !== task.tgid) continue;
      deaths.killed(task);
      sendSignal(task.tgid, SIGKILL);
    }
  }

  /** SIGKILL is never stopped at: that it is ours must be known before. */
  #noteKill(task: Task, { signals }: EntryDecision | ExitDecision): void {
    if (signals?.includes(SIGKILL)) this.#context.deaths.killed(task);
  }

  /** The call is over, with what {@link #call} has as its result. */
  #comeBack(task: Task, delayMs: number | undefined): void {
    const { recorder } = this.#context;
    const isRecorded = task.state.exitFor & EXIT_FOR.recorder;
    task.state.exitFor = 0;
    if (isRecorded) recorder.exit(task, this.#call.args, this.#call.result, this.#call.errno);
    this.#goOn(task, delayMs);
  }

  /** Now, or when the delay is over. */
  #goOn(task: Task, delayMs: number | undefined): void {
    if (delayMs === undefined || task.state.detaching) this.#context.door.resume(task);
    else this.#holds.hold(task, delayMs);
  }
}

function isArmed(policy: Policy, task: Task): boolean {
  return policy.armed === 'all' || (task.abi === ABI_X86_64 && policy.armed.has(task.nr));
}
