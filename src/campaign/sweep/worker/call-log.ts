import { BrokenPipes } from '../../../faults/aftermaths/broken-pipe.ts';
import { CallFacts } from '../../../faults/call-facts.ts';
import { decisionKey } from '../../../faults/decisions.ts';
import { askedBytes, isLaunch, mayBeShort, possibleErrors } from '../../../faults/honesty.ts';
import { transferOf } from '../../../faults/kinds/buffers.ts';
import type { Moment } from '../../../faults/kinds/moment.ts';
import { Quirks } from '../../../faults/quirks/index.ts';
import { RT_SIGACTION, SignalHandlers } from '../../../faults/signal-handlers.ts';
import { CLOCK_CALLS } from '../../../faults/still/index.ts';
import type { CallSituation, Recorded, RecordedCall } from '../../../model/sweep.ts';
import { errnoNumberOf } from '../../../syscalls/errnos.ts';
import type { Locator } from '../../../tracer/locator.ts';
import type { EntryDecision, Policy, StoppedCall } from '../../../tracer/policy.ts';
import { FLAG } from '../../../tracer/record.ts';
import type { Task } from '../../../tracer/task.ts';
import { Interned } from './interned.ts';
import { ProgramPaths } from './program-paths.ts';
import { StackIndex } from './stack-index.ts';

type Draft = { -readonly [K in keyof RecordedCall]: RecordedCall[K] };

const STDERR = 2;
const EROFS = errnoNumberOf('EROFS')!;

/** The most paths outside that are told of one run. */
const MAX_DENIED = 100;

/**
 * Writes down each call of a run: where it is made, how, and which errors the kernel could give there; but for looks at the clock, which do not fail.
 * It changes nothing. It is to be asked after what injects, and before the locator, which must see what changes the code in memory.
 */
export class CallLog implements Policy {
  readonly armed = 'all';
  readonly needsProgramEntry = true;
  readonly #calls: Draft[] = [];
  readonly #underWay = new Map<Task, Draft>();
  readonly #stacks: StackIndex;
  readonly #programs = new ProgramPaths();
  readonly #situations = new Interned<CallSituation>(JSON.stringify);
  readonly #texts = new Interned<readonly string[]>((texts) => `${texts.length} ${texts.join('\0')}`);
  readonly #handlers = new SignalHandlers();
  readonly #possible: Pick<Moment, 'semantics' | 'realism' | 'deliberate' | 'key' | 'brokenPipes' | 'quirks'> = {
    semantics: 'kernel',
    realism: 'likely',
    deliberate: false,
    key: decisionKey(0, '', ''),
    brokenPipes: new BrokenPipes(),
    quirks: new Quirks([], 0),
  };
  readonly #denied = new Set<string>();
  #isOn: boolean;

  /** `from`: what comes before the first fault is not written down; {@link begin} says when that is. */
  constructor(locator: Locator, from: 'start' | 'first fault') {
    this.#stacks = new StackIndex(locator);
    this.#isOn = from === 'start';
  }

  /** A fault is being injected: from this call on it is written down. */
  begin(): void {
    this.#isOn = true;
  }

  recorded(): Recorded {
    return { programs: this.#programs.paths, stacks: this.#stacks.stacks, calls: this.#calls };
  }

  /** Paths that it could not change since they are on a read-only file system. */
  get denied(): readonly string[] {
    return [...this.#denied];
  }

  onEntry(call: StoppedCall): EntryDecision | undefined {
    if (call.abi !== 'x86_64') return undefined;
    if (call.nr === RT_SIGACTION) this.#handlers.onSigaction(call);
    if (!this.#isOn || CLOCK_CALLS.has(call.nr)) return undefined;
    const facts = new CallFacts(call);
    if (isLaunch(facts.name, call)) return undefined;
    const draft = this.#draft(facts, call);
    this.#calls.push(draft);
    this.#underWay.set(call.task, draft);
    return { atExit: true };
  }

  onExit(call: StoppedCall): undefined {
    const draft = this.#underWay.get(call.task);
    if (draft === undefined) return;
    this.#underWay.delete(call.task);
    draft.result = call.result.signed(0);
    if (draft.result !== -EROFS || call.task.flags & FLAG.injected) return;
    for (const path of draft.paths) if (this.#denied.size < MAX_DENIED) this.#denied.add(path);
  }

  onTaskStart(task: Task, _nowMs: number, parent: Task | undefined): void {
    if (parent) this.#handlers.onBirth(task, parent.tgid);
  }

  onExec(task: Task): void {
    this.#handlers.onExec(task);
    this.#programs.forget(task);
  }

  onTaskEnd(task: Task): void {
    this.#underWay.delete(task);
    this.#handlers.onEnd(task);
    if (task.tid === task.tgid) this.#programs.forget(task);
  }

  #draft(facts: CallFacts, call: StoppedCall): Draft {
    const { task, ordinal } = call;
    const moment = { ...this.#possible, call, facts, ordinal, handlers: this.#handlers };
    const asked = transferOf(facts.name) === undefined ? undefined : askedBytes(moment);
    return {
      task: task.lineage,
      syscall: facts.name,
      ordinal,
      program: this.#programs.numberOf(task),
      stack: this.#stacks.numberOf(task),
      situation: this.#situations.of(facts.situation()),
      paths: this.#texts.of([...new Set(facts.paths())]),
      result: undefined,
      asked,
      errors: this.#texts.of(possibleErrors(moment)),
      mayBeShort: asked !== undefined && asked >= 2 && mayBeShort(moment, asked),
      isLoaders: !task.state.reachedEntryPoint,
      ...(facts.fd === STDERR && { isOnStderr: true }),
    };
  }
}
