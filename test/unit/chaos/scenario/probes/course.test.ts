import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMES_UP_MS, ProbeCourse } from '../../../../../src/chaos/scenario/probes/course.ts';
import { notMet, steadyVerdict } from '../../../../../src/chaos/scenario/probes/steady-verdict.ts';
import { PROBE_MOMENTS, type Probe } from '../../../../../src/model/scenario.ts';

const probe: Probe = {
  name: 'answers',
  asks: { kind: 'tcp', address: ':80' },
  check: ['before', 'after'],
  intervalMs: 1000,
  timeoutMs: 5000,
  initialDelayMs: 0,
  failureThreshold: 1,
  withinMs: undefined,
};
const right = { ok: true, said: 'connected' } as const;
const wrong = { ok: false, said: 'no answer: refused' } as const;
const unasked = { ok: 'unknown', said: 'no such host' } as const;

/** Asked before and after, unless it is said otherwise. */
function courseOf(more: Partial<Probe> = {}): ProbeCourse {
  return new ProbeCourse({ ...probe, ...more });
}

describe('before', () => {
  it('waits for a command that comes up, and not for ever', () => {
    const course = courseOf();
    course.begin('before', 0);
    expect(course.add(wrong, 5)).toBe('asking');
    expect(course.add(unasked, 6)).toBe('asking');
    expect(course.add(right, 300)).toBe('holds');
    const other = courseOf();
    other.begin('before', 0);
    expect(other.add(wrong, COMES_UP_MS - 1)).toBe('asking');
    expect(other.add(wrong, COMES_UP_MS)).toBe('fails');
    expect(other.add(unasked, COMES_UP_MS)).toBe('unknown');
  });

  it('waits longer for one that is given longer', () => {
    const course = courseOf({ failureThreshold: 30 });
    course.begin('before', 0);
    expect(course.add(wrong, 29_999)).toBe('asking');
    expect(course.add(wrong, 30_000)).toBe('fails');
  });

  it('says why nothing was tested, of those that failed alone', () => {
    const [one, two, three] = [courseOf(), courseOf({ name: 'other' }), courseOf({ check: ['after'] })];
    for (const course of [one, two]) course.begin('before', 0);
    one.add(right, 1);
    two.add(unasked, 1);
    const error = notMet([one, two, three], 'the command exited with status 3');
    expect(error.code).toBe('STEADY_STATE_NOT_MET');
    expect(error.exitCode).toBe(125);
    expect(error.message).toBe(
      'the steady state was not met, so nothing was tested: "other" could not be asked (no such host); the command exited with status 3',
    );
  });
});

describe('during', () => {
  it('is lost by so many failures in a row', () => {
    const course = courseOf({ check: ['during'], failureThreshold: 2 });
    course.begin('during', 100);
    expect([wrong, right, wrong].map((answer, index) => course.add(answer, 1000 * index))).not.toContain('fails');
    expect(steadyVerdict([course])).toBeUndefined();
    expect(course.add(wrong, 4250)).toBe('fails');
    course.add(right, 5000);
    expect(steadyVerdict([course])).toMatchObject({
      code: 'STEADY_STATE_LOST',
      message:
        'the steady state was lost 4.25 s after the start: "answers" fails (no answer: refused), 2 times in a row',
    });
  });

  it('an answer that could not be had counts for nothing, unless none could', () => {
    const course = courseOf({ check: ['during'], failureThreshold: 2 });
    course.begin('during', 0);
    course.add(wrong, 1);
    course.add(unasked, 2);
    expect(steadyVerdict([course])).toBeUndefined();
    const never = courseOf({ check: ['during'] });
    never.begin('during', 0);
    expect(steadyVerdict([never])).toMatchObject({
      code: 'STEADY_STATE_UNKNOWN',
      message: 'it is not known whether the steady state holds: "answers" was not answered while the command went on',
    });
    never.add(unasked, 2);
    expect(steadyVerdict([never])?.message).toContain('"answers" could not be asked (no such host)');
  });
});

describe('after', () => {
  it('measures how long it takes to recover', () => {
    const course = courseOf({ withinMs: 10_000 });
    course.begin('after', 5000);
    expect(course.add(wrong, 6000)).toBe('asking');
    expect(course.add(right, 6500)).toBe('holds');
    expect(course.use()).toMatchObject({ recoveredMs: 1500, withinMs: 10_000 });
    expect(steadyVerdict([course])).toBeUndefined();
  });

  it('has not recovered when its time is over', () => {
    const course = courseOf({ withinMs: 10_000 });
    course.begin('after', 5000);
    expect(course.add(wrong, 14_999)).toBe('asking');
    expect(course.add(wrong, 15_000)).toBe('fails');
    expect(steadyVerdict([course])).toMatchObject({
      code: 'NOT_RECOVERED',
      message: 'it has not recovered within 10s: "answers" fails (no answer: refused)',
    });
  });

  it('without a time for it, is asked as often as it may fail', () => {
    const course = courseOf({ failureThreshold: 2 });
    course.begin('after', 0);
    expect(course.add(wrong, 1)).toBe('asking');
    expect(course.add(wrong, 2)).toBe('fails');
  });

  it('is never a pass where the question could not be asked', () => {
    const course = courseOf();
    course.begin('after', 0);
    expect(course.add(unasked, 1)).toBe('unknown');
    expect(steadyVerdict([course])?.code).toBe('STEADY_STATE_UNKNOWN');
  });
});

describe('of many answers', () => {
  const answer = fc.constantFrom(right, wrong, unasked);
  const asked = fc.array(fc.tuple(fc.constantFrom(...PROBE_MOMENTS), answer), { minLength: 1, maxLength: 40 });

  it('keeps the first, the last and each that differs, and counts them all', () => {
    fc.assert(
      fc.property(asked, (answers) => {
        const course = courseOf({ withinMs: 1e9 });
        answers.forEach(([moment, each], ms) => {
          course.begin(moment, ms);
          course.add(each, ms);
        });
        const use = course.use();
        expect(use.asked).toBe(answers.length);
        expect(use.checks[0]).toMatchObject({ when: answers[0]![0], ms: 0, ...answers[0]![1] });
        expect(use.checks.at(-1)).toMatchObject({ when: answers.at(-1)![0], ms: answers.length - 1 });
        const changes = answers.filter(
          ([moment, each], index) =>
            index === 0 || answers[index - 1]![0] !== moment || answers[index - 1]![1] !== each,
        );
        for (const [moment, { ok, said }] of changes)
          expect(use.checks).toContainEqual({ when: moment, ms: expect.any(Number), ok, said });
        expect(use.checks.length).toBeLessThanOrEqual(2 * changes.length);
      }),
    );
  });

  it('an answer that is right ends a wait, and a question that can not be asked never does so as a pass', () => {
    fc.assert(
      fc.property(fc.constantFrom('before', 'after'), answer, fc.nat(100_000), (moment, each, ms) => {
        const course = courseOf({ withinMs: 1000 });
        course.begin(moment, 0);
        expect(course.add(each, ms) === 'holds').toBe(each.ok === true);
      }),
    );
  });
});
