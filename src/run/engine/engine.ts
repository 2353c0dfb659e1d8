import type { EngineListener } from './engine-listener.ts';
import type { LastWord } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';
import { canRunHere, runHere } from './run-here.ts';

/**
 * Runs the command of a plan, or follows processes that run already: in this thread where nothing is traced, else in the engine's.
 * Attached processes are let go when `leave` is aborted.
 *
 * Resolves to how it ended, or to why nothing was started (`abandoned` if the plan's gate was refused); rejects only if the engine
 * itself is broken.
 */
export async function runEngine(
  plan: Omit<EnginePlan, 'ring'>,
  listener: EngineListener,
  { leave }: { readonly leave?: AbortSignal | undefined } = {},
): Promise<LastWord> {
  if (canRunHere(plan)) return runHere(plan, listener);
  // It brings the reading of events with it.
  const { runInThread } = await import('./run-in-thread.ts');
  return runInThread(plan, listener, leave);
}
