import { parentPort } from 'node:worker_threads';
import { keepCode } from '../../bundle/keep-code.ts';
import type { EngineMessage } from './engine-messages.ts';
import type { EnginePlan } from './engine-plan.ts';
import { launch } from './launched.ts';
import { tell, waitFor } from './wait-in-thread.ts';

/**
 * The thread that launches the command and waits for it: with a stop loop if the run is traced, else in one wait. It
 * blocks in system calls, so it shares nothing with the event loop of the thread that started it.
 */
async function main(plan: EnginePlan): Promise<void> {
  if (plan.tracing) {
    const { runTraced } = await loadTracer();
    end(await runTraced(plan, plan.tracing));
    return;
  }
  const { launch: spec } = plan;
  if (!spec) return;
  const gated = launch({ ...plan, launch: spec }, undefined, new Int32Array(plan.ring.control));
  end('kind' in gated ? gated : waitFor(gated));
}

/** The thread may be ended from then on: by now nothing is open any more. */
function end(message: EngineMessage): void {
  keepCode();
  tell(message);
}

/** What the thread may be told ahead of its plan: the run will be traced; its calls will be shown; it will emulate a network. */
export type EngineHint = 'traces' | 'shows' | 'emulates';

/** Not done for limits alone: it takes as long as all of the rest. */
function loadTracer(): Promise<typeof import('./traced-run.ts')> {
  return import('./traced-run.ts');
}

async function loadAhead(hint: EngineHint): Promise<void> {
  const { loadDecoders, loadEmulation } = await loadTracer();
  if (hint === 'shows') await loadDecoders();
  if (hint === 'emulates') await loadEmulation();
  tell({ kind: 'loaded' });
}

parentPort?.on('message', (message: EnginePlan | EngineHint) => {
  if (typeof message !== 'string') return main(message);
  return loadAhead(message);
});
tell({ kind: 'loaded' });
