import { Enclosure } from '../../../enclosure/enclosure.ts';
import { DEFAULT_IMAGE_LIMITS } from '../../../enclosure/tree-image.ts';
import { compileGlob } from '../../../faults/glob.ts';
import type { Subject } from '../performer.ts';
import { PlainWorkTree } from './plain-work-tree.ts';
import type { WorkTree } from './work-tree.ts';

/** Where a subject is to run: in an enclosure, or in a mere copy of its input. Throws a RenacerError if that can't be had. */
export function openWorkTree(subject: Subject): WorkTree {
  const globs = subject.ignore.map(compileGlob);
  const ignores = (path: string): boolean => globs.some((matches) => matches(path));
  if (subject.isolation === 'none') return new PlainWorkTree(subject, ignores);
  const { file, argv, env, input, network, leftOut: without } = subject;
  return Enclosure.open({ file, argv, env, input, network, ignores, limits: { ...DEFAULT_IMAGE_LIMITS, without } });
}
