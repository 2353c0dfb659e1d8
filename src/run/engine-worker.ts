import { ThreadAhead } from '../linux/thread-ahead.ts';

/** The engine's thread (see engine-thread.ts), which is sent its EnginePlan. */
export const ENGINE_THREAD: ThreadAhead = new ThreadAhead(new URL('./engine-thread.js', import.meta.url));
