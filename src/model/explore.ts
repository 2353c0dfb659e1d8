import type { CampaignResult, CauseOfCases } from './campaign.ts';
import type { CampaignRequest } from './campaign-request.ts';
import type { Outcome } from './outcome.ts';
import type { DeadlockedTask, SchedulePoints, ScheduleStrategy, Switch } from './schedule.ts';
import type { StackFrame } from './stack-frame.ts';
import type { Death, Observation, RunEnd } from './sweep.ts';

/**
 * How a run in one order ended. `deadlock` is a `hung` of which it is known why: all tasks wait for each other. `flaky`: it failed, and its replay did
 * not; that is no finding.
 */
export const ORDER_CLASSES = ['survived', 'flaky', 'corrupted', 'crashed', 'deadlock', 'hung', 'failed'] as const;
export type OrderClass = (typeof ORDER_CLASSES)[number];

/** In which order the tasks of a run go on: as a strategy says, or as usual but for these switches. */
export interface Order {
  /** Of the strategy, and of the accesses to memory that are points. */
  readonly seed: number;
  readonly by:
    | {
        readonly strategy: ScheduleStrategy;
        readonly depth: number;
        /** How many points each task of a plain run had, by lineage. */
        readonly counts: Readonly<Record<string, number>>;
        /** Where it had a choice. */
        readonly choices: readonly Pick<ChoiceMade, 'task' | 'point'>[];
      }
    | { readonly switches: readonly Switch[] };
}

/** A choice of a run, with whom else could have been chosen. */
export interface ChoiceMade {
  readonly task: string;
  readonly point: number;
  readonly why: string;
  readonly others: readonly string[];
}

/** A task at a switch. */
export interface TaskAtSwitch {
  readonly task: string;
  /** The path of its program. */
  readonly program: string;
  /** Which point it stands at: `openat`, `pthread_mutex_lock`, `futex sleeps`, `end`. */
  readonly point: string;
  /** Undefined if it could not be had: the task sleeps, or has ended. */
  readonly stack: readonly StackFrame[] | undefined;
}

/** A task of a deadlock, and where it waits. */
export interface WaitingTask extends DeadlockedTask {
  /** Undefined if the run was not looked at closely, or it could not be had. */
  readonly stack: readonly StackFrame[] | undefined;
}

/** What a switch did. */
export interface ToldSwitch {
  readonly switch: Switch;
  readonly stopped: TaskAtSwitch;
  readonly ran: TaskAtSwitch;
  /** What the one that ran did before the next switch, or before another task went on: `openat("n")`, `read("n")`. */
  readonly did: readonly string[];
}

/** All that was seen of one run in an order. */
export interface OrderObservation
  extends Pick<Observation, 'stdout' | 'stderr' | 'changes' | 'verify' | 'verifyAlways' | 'durationMs'> {
  readonly end: RunEnd;
  readonly deaths: readonly Death[];
  readonly leftRunning: readonly string[];
  readonly switches: readonly Switch[];
  /** How many switches of the order were not come to. */
  readonly missed: number;
  /** How often there was a choice. */
  readonly choices: number;
  /** How often a task was made to give way. */
  readonly forced: number;
  /** Why the same choices may lead to another run. */
  readonly notExact: readonly string[];
  /** Which points there were not, in words. */
  readonly pointsRefused: readonly string[];
  /** Who waited for whom, if all did. */
  readonly deadlock: readonly WaitingTask[] | undefined;
  /** How many points each task had, by lineage. */
  readonly counts: Readonly<Record<string, number>>;
  /** If asked for. */
  readonly log: readonly ChoiceMade[];
  readonly told: readonly ToldSwitch[];
}

export interface OrderOptions {
  readonly points: SchedulePoints;
  /** Write down each choice. */
  readonly log: boolean;
  /** Write down what each switch did, with stacks. */
  readonly closely: boolean;
  /** When to give up. */
  readonly deadlineMs: number;
  /** How long a plain run takes; undefined if that is not known yet. */
  readonly usualMs: number | undefined;
}

/** An exploration as it is asked for: all options with their values, paths absolute. Plain data. */
export interface ExploreRequest extends CampaignRequest {
  /** Outcomes that are no failure. */
  readonly expect: readonly Outcome[];
  readonly strategy: ScheduleStrategy;
  readonly points: SchedulePoints;
  readonly depth: number;
  /** The first one. */
  readonly seed: number;
  /** Orders at most. */
  readonly runs: number | undefined;
  /** All orders with at most so many switches, instead of seeds. */
  readonly bound: number | undefined;
  /** After a failure, too. */
  readonly keepsGoing: boolean;
}

/** A failure that came again with its switches, and does not come without them. */
export interface OrderFinding extends CauseOfCases {
  readonly class: OrderClass;
  /** Of the first order that showed it; undefined where all orders were tried. */
  readonly seed: number | undefined;
  /** As few as still lead to it. */
  readonly switches: readonly Switch[];
  /** How many there were at first. */
  readonly switchesBefore: number;
  readonly told: readonly ToldSwitch[];
  /** Who waits for whom. */
  readonly deadlock: readonly WaitingTask[] | undefined;
  /** Why it is a failure, in one sentence. */
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly replay: string | undefined;
  readonly again: string | undefined;
}

/** How an exploration went, to its end or to where it was interrupted. */
export interface ExploreResult extends CampaignResult<OrderFinding, OrderClass> {
  /** Orders that were run. */
  readonly orders: number;
  readonly ordersPerSecond: number;
  /** Of the plain order: how many tasks, and how many points at which another one could have gone on. */
  readonly tasks: number;
  readonly choices: number;
  /** The bound, if all orders up to it were tried. */
  readonly complete: number | undefined;
  /** Why the same switches need not lead to the same run; none if they do. */
  readonly notExact: readonly string[];
  /** Which points of the plain order there were not, in words: programs that bring locks of their own, or no symbols. */
  readonly pointsRefused: readonly string[];
}
