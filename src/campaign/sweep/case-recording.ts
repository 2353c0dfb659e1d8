import { parseInject } from '../../faults/inject-grammar.ts';
import type { RecordedFault } from '../../faults/replay-file.ts';
import type { CaseFault } from '../../model/sweep.ts';

/** The faults of a case as a recording has them: so both engines inject them, and `renacer replay`. */
export function recordedFaults(faults: readonly CaseFault[]): RecordedFault[] {
  return faults.map(({ task, syscall, ordinal, way, fault: text }) => {
    const rule = `${syscall}:${text}`;
    const { fault, semantics } = parsed(rule);
    const lasts = way === 'persistent' || way === 'kill';
    return { task, syscall, ordinal, rule, fault, semantics, ...(lasts && { onwards: true }) };
  });
}

/** A sweep has some dozens of different ones, and thousands of runs. */
const known = new Map<string, ReturnType<typeof parseInject>>();

function parsed(rule: string): ReturnType<typeof parseInject> {
  const read = known.get(rule) ?? parseInject(rule);
  known.set(rule, read);
  return read;
}
