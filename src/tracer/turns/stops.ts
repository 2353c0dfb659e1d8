import {
  PTRACE_CONT,
  PTRACE_EVENT_CLONE,
  PTRACE_EVENT_EXEC,
  PTRACE_EVENT_FORK,
  PTRACE_EVENT_SECCOMP,
  PTRACE_EVENT_STOP,
  PTRACE_EVENT_VFORK,
  PTRACE_SYSCALL_INFO_ENTRY,
  PTRACE_SYSCALL_INFO_EXIT,
} from '../../linux/ptrace.ts';
import { ABI_X86_64, abiOf, INFO } from '../call-at-stop.ts';
import type { PointSource } from '../points/point-source.ts';
import type { TracingContext } from '../tracing-context.ts';
import { isSleep, isVisible } from './calls.ts';
import { PHASE, type TaskTurn } from './task-turn.ts';

const SIGTRAP = 5;
const SYSCALL_STOP = SIGTRAP | 0x80;

/** What is to become of a stop. */
export const STOP = {
  /** It is no point: it is handled, and its task goes on if it has the turn. */
  passing: 0,
  /** It is a point that is handled at once; then its task waits for its turn. */
  handledNow: 1,
  /** It is a point that is handled when it is the turn of its task: so that what is decided there comes in the order of turns. */
  handledLater: 2,
  /** It is a point in the task's own code: there is nothing to handle. */
  inCode: 3,
} as const;
export type StopMeaning = (typeof STOP)[keyof typeof STOP];

/** Says which stops are points, and what they are. */
export class Stops {
  readonly #context: Pick<TracingContext, 'ptrace' | 'following'>;
  readonly #points: PointSource | undefined;

  constructor(context: Pick<TracingContext, 'ptrace' | 'following'>, points: PointSource | undefined) {
    this.#context = context;
    this.#points = points;
  }

  /** Of a stop of this signal and PTRACE_EVENT_*; the task has come to another point if it is one. */
  meaningOf(turn: TaskTurn, signal: number, event: number): StopMeaning {
    switch (event) {
      case 0:
        if (signal === SYSCALL_STOP) return this.#ofCall(turn);
        if (signal === SIGTRAP && this.#isInCode(turn)) return STOP.inCode;
        turn.at('signal');
        return STOP.handledLater;
      case PTRACE_EVENT_SECCOMP:
        return this.#ofCall(turn);
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        turn.vforks = event === PTRACE_EVENT_VFORK;
        turn.at('birth');
        return STOP.handledNow;
      case PTRACE_EVENT_EXEC:
        this.#points?.onExec(turn.task);
        turn.inCall = false;
        turn.at('exec');
        return STOP.handledNow;
      case PTRACE_EVENT_STOP:
        return this.#ofEventStop(turn, signal);
      default:
        return STOP.passing;
    }
  }

  #ofCall(turn: TaskTurn): StopMeaning {
    const { ptrace, following } = this.#context;
    const { task } = turn;
    if (task.state.undoing || !ptrace.readSyscallInfo(task.tid)) return STOP.passing;
    const { info } = ptrace;
    const op = info[INFO.op]! & 0xff;
    if (op === PTRACE_SYSCALL_INFO_EXIT) {
      if (!turn.inCall) return STOP.passing;
      turn.inCall = false;
      turn.vforks = false;
      turn.comesBack();
      return STOP.handledLater;
    }
    // A call of the filter stops once more, by that.
    if (op === PTRACE_SYSCALL_INFO_ENTRY && following.method === 'seccomp') return STOP.passing;
    const abi = abiOf(info);
    const nr = info[INFO.nr]!;
    if (abi === ABI_X86_64 && !isVisible(nr)) return STOP.passing;
    turn.atCall(nr, abi, info, INFO.args);
    turn.sleeps = abi === ABI_X86_64 && isSleep(nr);
    return STOP.handledLater;
  }

  #isInCode(turn: TaskTurn): boolean {
    const at = this.#points?.onTrap(turn.task);
    if (!at) return false;
    turn.at(at.why, at.object);
    turn.inCode = true;
    turn.request = PTRACE_CONT;
    turn.signal = 0;
    return true;
  }

  /** By job control, which is told by its signal; else at a birth, at a SIGCONT, or since it was made to stop, which is no point. */
  #ofEventStop(turn: TaskTurn, signal: number): StopMeaning {
    if (signal !== SIGTRAP) return STOP.passing;
    if (turn.phase === PHASE.coming) {
      this.#points?.onBirth(turn.task);
      turn.at('born');
    } else if (!turn.interrupted) {
      turn.at('continued');
    }
    return STOP.handledLater;
  }
}
