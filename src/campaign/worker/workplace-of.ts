import { openWorkplace } from '../../enclosure/open-workplace.ts';
import type { Workplace } from '../../enclosure/workplace.ts';
import { compileGlob } from '../../faults/glob.ts';
import type { Subject } from '../../model/subject.ts';

/** Where runs of a subject take place. */
export function workplaceOf({ ignore, ...subject }: Subject): Workplace {
  const globs = ignore.map(compileGlob);
  return openWorkplace({ ...subject, ignores: (path) => globs.some((matches) => matches(path)) });
}
