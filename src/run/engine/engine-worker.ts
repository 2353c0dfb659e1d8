import { ThreadAhead } from '../../linux/thread-ahead.ts';
import type { EngineHint } from './engine-thread.ts';

/** The engine's thread (see engine-thread.ts), which is sent its EnginePlan. */
export const ENGINE_THREAD: ThreadAhead<EngineHint> = new ThreadAhead(
  new URL('./engine-thread-start.cjs', import.meta.url),
);
