import type { RunRequest } from '../run/request.ts';
import type { TraceSettings } from './trace-settings.ts';

/** What is to be found out of where in their programs tasks make calls: for the trace, or for the faults that are injected. */
export function callSitesPlan(settings: TraceSettings, isChaotic: boolean): RunRequest['callSites'] {
  const { instructionPointers, stackTraces, frameLimit, summary } = settings;
  const isShown = isChaotic || summary !== 'only';
  if (!isShown || (!instructionPointers && stackTraces === 'none')) return undefined;
  return { frames: stackTraces === 'none' ? 0 : frameLimit, sources: stackTraces === 'source' };
}
