import type { RunResult } from '../model/run-result.ts';

/** The exit code of a run that did not do what it was to do, whatever became of its command. */
export const EXIT_COMPLAINT = 1;

/** What was to happen in a run and did not: recorded faults that did not come
 * again, lost events and, if strict, rules that never fired. */
export function complaintsOf({ replay, rules, trace }: RunResult, strict: boolean): string[] {
  const missed = (replay?.missed ?? []).map(
    ({ task, syscall, ordinal, fault, reason }) =>
      `replay went apart: ${fault} at ${syscall} #${ordinal} of task ${task} did not come again: ${reason}`,
  );
  const idle = strict ? rules.filter(({ fired }) => fired === 0) : [];
  const lost =
    trace.lost > 0 ? [`${trace.lost} events of the trace were lost: they came faster than they could be read`] : [];
  return [
    ...missed,
    ...lost,
    ...idle.map(({ rule, eligible }) => `--strict: rule never fired: ${rule} (${eligible} eligible calls)`),
  ];
}
