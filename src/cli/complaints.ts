import type { MissedFault, RunResult } from '../model/run-result.ts';

/** The exit code of a run that did not do what it was to do, whatever became of its command. */
export const EXIT_COMPLAINT = 1;

/** Missed faults that are told one by one. */
const MAX_MISSED = 20;

/**
 * What was to happen in a run and did not: recorded faults that did not come again, lost events and, if strict, rules that
 * never fired, and recorded faults of packets that TCP did not send this time.
 */
export function complaintsOf({ replay, rules, trace }: RunResult, strict: boolean): string[] {
  const missed = (replay?.missed ?? []).filter((fault) => strict || !('flow' in fault && fault.byTime));
  const more = missed.length - MAX_MISSED;
  const idle = strict ? rules.filter(({ fired }) => fired === 0) : [];
  const lost =
    trace.lost > 0 ? [`${trace.lost} events of the trace were lost: they came faster than they could be read`] : [];
  return [
    ...missed.slice(0, MAX_MISSED).map(missedText),
    ...(more > 0 ? [`replay diverged: ${more} more did not come again; --report FILE lists them all`] : []),
    ...lost,
    ...idle.map(({ rule, eligible }) => `--strict: rule never fired: ${rule} (${eligible} eligible calls)`),
  ];
}

function missedText(missed: MissedFault): string {
  return `replay diverged: ${placeOf(missed)} did not come again: ${missed.reason}`;
}

function placeOf(missed: MissedFault): string {
  if ('to' in missed) return `the switch to task ${missed.to} at point ${missed.point} of task ${missed.task}`;
  if (!('flow' in missed)) {
    const { task, syscall, ordinal, fault } = missed;
    return `${fault} at ${syscall} #${ordinal} of task ${task}`;
  }
  const { kind, flow, direction, stream, packet, lookup, due } = missed;
  if (lookup) return `${kind} at lookup ${lookup.ordinal} of ${lookup.name}`;
  if (due || kind === 'refuse') return `${kind} of ${flow}`;
  return `${kind} of ${stream} packet ${packet} ${direction === 'to' ? 'to the peer' : 'from the peer'} of ${flow}`;
}
