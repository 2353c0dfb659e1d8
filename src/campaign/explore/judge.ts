import path from 'node:path';
import type { OrderClass, OrderObservation } from '../../model/explore.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { CheckResult, Output } from '../../model/sweep.ts';

/** Of what a run or a check has written, the last lines are evidence. */
const MAX_LINES = 4;

/** How a run in some order ended, and why that is called so. */
export interface OrderVerdict {
  readonly class: OrderClass;
  /** The same for all that has one cause: without numbers of tasks and addresses. */
  readonly symptom: string;
  /** In one sentence. */
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** How a run ended: a pure function of what was seen of it. */
export function judgeOrder(seen: OrderObservation): OrderVerdict {
  const { end, deadlock, verify, verifyAlways } = seen;
  const crashes = seen.deaths.map(({ program, signal }) => `${path.basename(program)} died of ${signal}`);
  const told = [...crashes, ...lastLines(seen.stderr)];
  if (deadlock !== undefined) {
    const who = deadlock.map(({ program }) => program).sort();
    const reason = deadlock.length === 1 ? 'a task waits for itself' : `${deadlock.length} tasks wait for each other`;
    return { class: 'deadlock', symptom: `deadlock of ${who.join(', ')}`, reason, evidence: told };
  }
  for (const [option, check] of [
    ['--verify', verify],
    ['--verify-always', verifyAlways],
  ] as const) {
    if (check === undefined || check.passed) continue;
    const reason = `${option} ${checkText(check)}`;
    return { class: 'corrupted', symptom: option, reason, evidence: [...outputLines(check), ...told] };
  }
  switch (end.kind) {
    case 'exited': {
      const reason = `exit status ${end.status}`;
      const name = end.status === 0 ? 'survived' : 'failed';
      return { class: name, symptom: [reason, ...crashes].join(', '), reason, evidence: told };
    }
    case 'signalled': {
      const reason = crashes[0] ?? `it was ended by ${end.signal}`;
      return { class: 'crashed', symptom: reason, reason, evidence: told };
    }
    case 'hung':
      return { class: 'hung', symptom: 'sleeps', reason: `it sleeps for good: ${end.where}`, evidence: told };
    default:
      return { class: 'hung', symptom: 'late', reason: 'it had not ended at the deadline', evidence: told };
  }
}

/** Whether an outcome of this class is one of those that are expected. */
export function isExpected(kind: OrderClass, expected: readonly Outcome[]): boolean {
  if (kind === 'flaky') return true;
  return expected.includes(kind === 'deadlock' ? 'hung' : kind);
}

function checkText({ status, timedOut }: CheckResult): string {
  return timedOut ? 'did not end' : `fails with status ${status}`;
}

function outputLines({ output }: CheckResult): string[] {
  return linesOf(output);
}

function lastLines({ bytes }: Output): string[] {
  return linesOf(Buffer.from(bytes).toString('utf8'));
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-MAX_LINES);
}
