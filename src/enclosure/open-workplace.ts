import { Enclosure } from './enclosure.ts';
import { TemporaryCopy } from './temporary-copy.ts';
import type { Workplace, WorkplaceSpec } from './workplace.ts';

/**
 * Opens it: once, in the main thread of a process that is there for it (see start-worker.ts). Throws RenacerError NO_ISOLATION,
 * INPUT_TOO_LARGE, INPUT_UNREADABLE.
 */
export function openWorkplace(spec: WorkplaceSpec): Workplace {
  return spec.isolation === 'full' ? Enclosure.open(spec) : TemporaryCopy.make(spec);
}
