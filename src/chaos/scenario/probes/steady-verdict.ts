import { RenacerError } from '../../../model/errors.ts';
import { printDuration } from '../../quantities.ts';
import type { ProbeCourse } from './course.ts';

/** What the probes of a run say of it. */

/** Why nothing was tested: what was to hold before did not. `why`: what ended the wait, where it was not the probe's patience. */
export function notMet(courses: readonly ProbeCourse[], why: string | undefined): RenacerError {
  const failed = courses
    .filter(({ probe }) => probe.check.includes('before'))
    .map((course) => ({ course, last: course.last('before') }))
    .filter(({ last }) => last?.ok !== true)
    .map(({ course, last }) => `${quoted(course)} ${last ? text(last) : 'was not asked yet'}`);
  const ended = why === undefined ? '' : `; ${why}`;
  return new RenacerError(
    'STEADY_STATE_NOT_MET',
    `the steady state was not met, so nothing was tested: ${failed.join('; ')}${ended}`,
    { hint: 'Phases begin when every probe that is asked `before` has passed.' },
  );
}

/** Undefined if all held that was to hold. The gravest counts: not recovered, lost meanwhile, not known. */
export function steadyVerdict(courses: readonly ProbeCourse[]): RenacerError | undefined {
  return find(courses, notRecovered) ?? find(courses, lost) ?? find(courses, unknown);
}

function find(
  courses: readonly ProbeCourse[],
  look: (course: ProbeCourse) => RenacerError | undefined,
): RenacerError | undefined {
  for (const course of courses) {
    const found = look(course);
    if (found) return found;
  }
  return undefined;
}

function notRecovered(course: ProbeCourse): RenacerError | undefined {
  const { withinMs } = course.probe;
  const last = course.last('after');
  if (last?.ok !== false) return undefined;
  const within =
    withinMs === undefined ? 'it has not recovered' : `it has not recovered within ${printDuration(withinMs)}`;
  return new RenacerError('NOT_RECOVERED', `${within}: ${quoted(course)} ${text(last)}`);
}

function lost(course: ProbeCourse): RenacerError | undefined {
  const { failureThreshold } = course.probe;
  if (!course.lost) return undefined;
  const times = failureThreshold === 1 ? '' : `, ${failureThreshold} times in a row`;
  const at = `${(course.lost.ms / 1000).toFixed(2)} s after the start`;
  return new RenacerError(
    'STEADY_STATE_LOST',
    `the steady state was lost ${at}: ${quoted(course)} ${text(course.lost)}${times}`,
  );
}

function unknown(course: ProbeCourse): RenacerError | undefined {
  const after = course.last('after');
  if (after?.ok !== 'unknown' && !course.wasNeverAnswered) return undefined;
  const asked = after?.ok === 'unknown' ? after : course.last('during');
  const said = asked ? text(asked) : 'was not answered while the command went on';
  return new RenacerError(
    'STEADY_STATE_UNKNOWN',
    `it is not known whether the steady state holds: ${quoted(course)} ${said}`,
  );
}

function quoted({ probe }: ProbeCourse): string {
  return JSON.stringify(probe.name);
}

function text({ ok, said }: { readonly ok: boolean | 'unknown'; readonly said: string }): string {
  return ok === 'unknown' ? `could not be asked (${said})` : `fails (${said})`;
}
