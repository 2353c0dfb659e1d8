import { monotonicMs, toEpochSeconds } from '../linux/clock.ts';
import { NativeMemory } from '../linux/memory.ts';
import type { TaskMemory } from '../linux/task-memory.ts';
import type { ArgWords } from '../model/arg-words.ts';
import type { Capture, DescriptorDetail } from '../model/capture.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import type { SyscallAbi } from '../model/trace-event.ts';
import { Capturer } from './capturer.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Locator } from './locator.ts';
import { ABIS, ENTRY_BYTES, EXIT_BYTES, FLAG, RECORD_KIND, type RecordKind, SIGINFO_BYTES, WORD } from './record.ts';
import type { RingWriter } from './ring-writer.ts';
import type { Task } from './task.ts';
import { EXIT_FOR } from './task-state.ts';

/** What is to be recorded of the calls that stop. */
export interface RecordingPlan {
  /** The calls that are asked for, by number (x86-64). */
  readonly selected: 'all' | 'none' | ReadonlySet<number>;
  /** Whether those ask for a call of another ABI. */
  readonly selectsForeign: (nr: number, abi: SyscallAbi) => boolean;
  /** Their events go into the ring, and so do signals, forks and ends. */
  readonly events: boolean;
  /** Their errors and times are counted too, not just the calls. */
  readonly timed: boolean;
  /** What to copy from the task's memory, by number. */
  readonly captures: (nr: number, args: ArgWords, abi: SyscallAbi) => readonly Capture[];
  readonly stringLimit: number;
  /** What is told of file descriptors beside their paths. */
  readonly descriptorDetails?: readonly DescriptorDetail[] | undefined;
}

/** Calls, errors and seconds of each number (x86-64). */
export interface CallCounts {
  readonly calls: Float64Array;
  readonly errors: Float64Array;
  readonly seconds: Float64Array;
}

const NUMBERS = 1024;
/** Of one record. */
const SCRATCH_BYTES = 4096;
/** In place of the ring, where nothing is recorded. */
const scratch = NativeMemory.allocate(SCRATCH_BYTES);
/** An interrupted sleep, which tells what is left of it. */
const ERESTART_RESTARTBLOCK = 516;

/** Writes what happens into the ring, as far as the plan asks for it, and counts. */
export class Recorder implements EventRecorder {
  readonly #plan: RecordingPlan;
  readonly #writer: RingWriter;
  readonly counts: CallCounts = {
    calls: new Float64Array(NUMBERS),
    errors: new Float64Array(NUMBERS),
    seconds: new Float64Array(NUMBERS),
  };
  readonly #isSelected = new Uint8Array(NUMBERS);
  #capturer!: Capturer;
  #locator: Locator | undefined;
  #signals = 0;
  #frames = 0;

  constructor(plan: RecordingPlan, writer: RingWriter) {
    this.#plan = plan;
    this.#writer = writer;
    if (plan.selected === 'all') this.#isSelected.fill(1);
    else if (plan.selected !== 'none') for (const nr of plan.selected) this.#isSelected[nr] = 1;
  }

  /** Where the bytes of the ring are counted that the reader may see: an address of this process. */
  get publishedAt(): number {
    return this.#writer.publishedAt;
  }

  /** An address where records may be written, and where the last of them must begin at the latest. */
  openRoom(): number {
    return this.#plan.events ? this.#writer.openRoom() : scratch.address;
  }

  get roomEnd(): number {
    return this.#plan.events ? this.#writer.roomEnd : scratch.address;
  }

  /** Records were written up to this address. */
  closeRoom(end: number): void {
    if (this.#plan.events) this.#writer.closeRoom(end);
  }

  /** Adds what somebody else has counted: of each number, calls, errors and seconds. */
  addCounts(countOf: (nr: number) => readonly [calls: number, errors: number, seconds: number]): void {
    const { calls, errors, seconds } = this.counts;
    for (let nr = 0; nr < NUMBERS; nr++) {
      const more = countOf(nr);
      calls[nr]! += more[0];
      errors[nr]! += more[1];
      seconds[nr]! += more[2];
    }
  }

  /** The memory to capture from: it belongs to the stop loop. */
  attach(memory: TaskMemory): void {
    this.#capturer = new Capturer(memory, this.#writer, this.#plan.stringLimit, this.#plan.descriptorDetails ?? []);
  }

  /** Where tasks are is recorded too: of each call, signal and stop. */
  locateBy(locator: Locator): void {
    this.#locator = locator;
  }

  get signalCount(): number {
    return this.#signals;
  }

  get wantsSiginfo(): boolean {
    return this.#plan.events;
  }

  /** True if the exit of this call is to be recorded too. */
  entry(task: Task, args: ArgWords): boolean {
    const isNative = task.abi === 0 && task.nr < NUMBERS;
    if (isNative) this.counts.calls[task.nr]! += 1;
    if (isNative ? this.#isSelected[task.nr] === 0 : !this.#selectsForeign(task)) return false;
    if (!this.#plan.events) return this.#plan.timed;
    this.#callSite(task);
    this.#begin(RECORD_KIND.entry, 0, task, task.nr, ENTRY_BYTES, task.enteredAt);
    this.#writer.setAbi(task.abi);
    for (let i = 0; i < 6; i++) {
      this.#writer.setWord(WORD.args + 2 * i, args.u32(i));
      this.#writer.setWord(WORD.args + 2 * i + 1, args.high(i));
    }
    this.#capturer.capture(this.#plan.captures(task.nr, args, ABIS[task.abi]!), 'entry', task, args, 0);
    this.#writer.commit();
    return true;
  }

  exit(task: Task, args: ArgWords, result: ArgWords, errno: number): void {
    const nowMs = monotonicMs();
    const seconds = (nowMs - task.enteredAt) / 1000;
    const isNative = task.abi === 0 && task.nr < NUMBERS;
    if (isNative) {
      if (errno > 0) this.counts.errors[task.nr]! += 1;
      this.counts.seconds[task.nr]! += seconds;
    }
    if (!this.#plan.events) return;
    this.#beginExit(task, task.flags, nowMs);
    this.#writer.setWord(WORD.result, result.u32(0));
    this.#writer.setWord(WORD.result + 1, result.high(0));
    this.#writer.setWord(WORD.errno, errno);
    if (errno === 0 || errno === ERESTART_RESTARTBLOCK) {
      this.#capturer.capture(this.#plan.captures(task.nr, args, ABIS[task.abi]!), 'exit', task, args, result.signed(0));
    }
    this.#writer.commit();
  }

  /** A signal is on its way. Its siginfo_t is needed if {@link wantsSiginfo}. */
  signal(task: Task, signal: number, siginfo: Uint8Array | undefined): void {
    this.#signals += 1;
    if (!siginfo) return;
    this.#callSite(task);
    this.#begin(RECORD_KIND.signal, 0, task, signal, WORD.siginfo * 4 + SIGINFO_BYTES);
    this.#writer.setBytes(WORD.siginfo, siginfo);
    this.#writer.commit();
  }

  groupStop(task: Task, signal: number): void {
    if (!this.#plan.events) return;
    this.#callSite(task);
    this.#begin(RECORD_KIND.groupStop, 0, task, signal, 24);
    this.#writer.commit();
  }

  /** `attached`: it was there before. */
  taskStart(task: Task, parentTid: number, attached: boolean): void {
    if (!this.#plan.events) return;
    const lineage = Buffer.from(task.lineage, 'latin1');
    const bytes = (WORD.text * 4 + lineage.length + 7) & ~7;
    const flags = (task.tid === task.tgid ? 0 : FLAG.thread) | (attached ? FLAG.attached : 0);
    this.#begin(RECORD_KIND.taskStart, flags, task, parentTid, bytes);
    this.#writer.setWord(WORD.length, lineage.length);
    this.#writer.setBytes(WORD.text, lineage);
    this.#writer.commit();
  }

  /** Another thread of `leader` goes on under its id. That is the end of the leader and of the call that it was in. */
  supersede(leader: Task, successor: Task, formerTid: number): void {
    if (!this.#plan.events) return;
    this.#unreturned(leader);
    this.#begin(RECORD_KIND.supersede, 0, successor, formerTid, 24);
    this.#writer.commit();
  }

  /** Also closes a call that the task was in. */
  taskEnd(task: Task, status: number): void {
    if (!this.#plan.events) return;
    this.#unreturned(task);
    this.#begin(RECORD_KIND.taskEnd, 0, task, status, 24);
    this.#writer.commit();
  }

  /** The task is detached, in the middle of a call perhaps. */
  detach(task: Task): void {
    if (!this.#plan.events) return;
    this.#unreturned(task, FLAG.detached);
    this.#begin(RECORD_KIND.detach, 0, task, 0, 24);
    this.#writer.commit();
  }

  #selectsForeign(task: Task): boolean {
    const { selected, selectsForeign } = this.#plan;
    return selected === 'all' || (selected !== 'none' && selectsForeign(task.nr, ABIS[task.abi]!));
  }

  #unreturned(task: Task, flags = 0): void {
    if ((task.state.exitFor & EXIT_FOR.recorder) === 0) return;
    this.#beginExit(task, task.flags | FLAG.unreturned | flags, monotonicMs());
    this.#writer.setWord(WORD.result, 0);
    this.#writer.setWord(WORD.result + 1, 0);
    this.#writer.setWord(WORD.errno, 0);
    this.#writer.commit();
  }

  #callSite(task: Task): void {
    const count = this.#locator?.locate(task) ?? -1;
    if (count < 0) return;
    const { frames, instructionPointer } = this.#locator!;
    for (const frame of this.#locator!.takeFreshFrames()) this.#frame(task, frame);
    this.#begin(RECORD_KIND.callSite, 0, task, count, (WORD.frames * 4 + count * 4 + 7) & ~7);
    this.#writer.setWord(WORD.ip, instructionPointer[0]!);
    this.#writer.setWord(WORD.ip + 1, instructionPointer[1]!);
    for (let i = 0; i < count; i++) this.#writer.setWord(WORD.frames + i, frames[i]!);
    this.#writer.commit();
  }

  #frame(task: Task, frame: StackFrame): void {
    const text = Buffer.from(JSON.stringify(frame));
    this.#begin(RECORD_KIND.frame, 0, task, this.#frames++, (WORD.text * 4 + text.length + 7) & ~7);
    this.#writer.setWord(WORD.length, text.length);
    this.#writer.setBytes(WORD.text, text);
    this.#writer.commit();
  }

  #beginExit(task: Task, flags: number, nowMs: number): void {
    this.#begin(RECORD_KIND.exit, flags, task, task.nr, EXIT_BYTES, nowMs);
    this.#writer.setAbi(task.abi);
    this.#writer.setDouble(WORD.duration, (nowMs - task.enteredAt) / 1000);
    this.#writer.setWord(WORD.flagsToo, flags);
  }

  #begin(kind: RecordKind, flags: number, task: Task, number: number, bytes: number, nowMs = monotonicMs()): void {
    this.#writer.begin(kind, flags, task.tid, number, toEpochSeconds(nowMs), bytes);
  }
}
