import { onChildChange } from '../../linux/child-changes.ts';
import { monotonicMs } from '../../linux/clock.ts';
import { isFirstThread } from '../../linux/process-group.ts';
import { sendSignal } from '../../linux/signals.ts';
import { Waiter } from '../../linux/wait.ts';
import { isStopped, stopSignalOf } from '../../linux/wait-status.ts';
import { HeldTasks } from '../../tracer/held-tasks.ts';
import { CONTROL_BYTES } from '../../tracer/record.ts';
import { atExit } from './at-exit.ts';
import type { EngineListener } from './engine-listener.ts';
import type { LastWord } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';
import { ended, execute, launch } from './launched.ts';

const SIGKILL = 9;

/** A plan that needs no thread of its own: nobody stops the command, and it waits for nothing before it is executed. */
type UntracedPlan = Omit<EnginePlan, 'ring'> & { readonly launch: NonNullable<EnginePlan['launch']> };

/** Only the first thread of a process is told of the changes of its children. */
export function canRunHere(plan: Omit<EnginePlan, 'ring'>): plan is UntracedPlan {
  return plan.launch !== undefined && !plan.tracing && !plan.gate && isFirstThread();
}

/**
 * Launches the command of such a plan, and resolves to how it ended. A thread would take longer to start than all the rest of the run;
 * this one is blocked from the birth of the child to its execve, as by spawn of Node.js itself.
 */
export async function runHere(
  plan: UntracedPlan,
  listener: Pick<EngineListener, 'started' | 'stopped'>,
): Promise<LastWord> {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  const gated = launch(plan, undefined, control);
  if ('kind' in gated) return gated;
  const failure = execute(gated);
  if (failure) return failure;
  const { pid } = gated;
  const exitIsFine = atExit(() => void sendSignal(pid, SIGKILL));
  try {
    listener.started(pid, undefined, { held: new HeldTasks(control), wake: undefined });
    return ended(await endOf(pid, listener), monotonicMs());
  } finally {
    exitIsFine();
  }
}

/** The wait status of its end. */
function endOf(pid: number, listener: Pick<EngineListener, 'stopped'>): Promise<number> {
  const waiter = new Waiter();
  return new Promise((resolve) => {
    const stopLooking = onChildChange(() => {
      while (waiter.pollTaskOrStop(pid) !== 0) {
        const { status } = waiter;
        if (!isStopped(status)) {
          stopLooking();
          waiter.free();
          resolve(status);
          return;
        }
        listener.stopped(stopSignalOf(status));
      }
    });
  });
}
