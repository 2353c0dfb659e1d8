import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type CampaignOptions, campaign } from '../../../src/campaign/campaign.ts';
import type { Case, CaseResult } from '../../../src/campaign/case-maker.ts';
import { confirmCase } from '../../../src/campaign/confirm.ts';
import { ResultsLog } from '../../../src/campaign/results-log.ts';
import { CASE_CLASSES } from '../../../src/model/sweep.ts';
import {
  type FakeCase,
  type FakeFinding,
  FakeMaker,
  type FakeProgram,
  type FakeResult,
  FULL_STRENGTH,
  type Pause,
} from './fake-maker.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'renacer-campaign-'));
afterAll(() => rmSync(directory, { recursive: true }));

const SOUND: FakeProgram = {
  classes: ['tolerated', 'corrupted', 'graceful', 'silent', 'damaged', 'tolerated', 'corrupted'],
  threshold: 2,
  blurred: [],
  bringing: [1, 2],
  unconfirmed: [],
  flaky: [],
  deadly: {},
};

const numbers = fc.uniqueArray(fc.nat({ max: 24 }), { maxLength: 5 });
const arbitraryProgram: fc.Arbitrary<FakeProgram> = fc.record({
  classes: fc.array(fc.constantFrom(...CASE_CLASSES), { minLength: 1, maxLength: 12 }),
  threshold: fc.nat({ max: FULL_STRENGTH }),
  blurred: numbers,
  bringing: numbers,
  unconfirmed: numbers,
  flaky: numbers,
  // Those that kill each worker are the business of tests below.
  deadly: fc.dictionary(fc.nat({ max: 24 }).map(String), fc.constant(1), { maxKeys: 4 }),
});

const arbitraryOptions = fc.record({ jobs: fc.integer({ min: 1, max: 5 }), untilFinding: fc.boolean() });

type Options = Partial<CampaignOptions<FakeCase, FakeResult, FakeFinding>>;

function run(program: FakeProgram, options: Options = {}, pause?: Pause) {
  const maker = new FakeMaker(program, pause);
  return { maker, outcome: campaign(maker, { jobs: 2, ...options }) };
}

/** All but how fast it was. */
async function outcomeOf(program: FakeProgram) {
  return withoutRate(await run(program).outcome);
}

function withoutRate<T extends { readonly casesPerSecond: number }>({ casesPerSecond: _, ...outcome }: T) {
  return outcome;
}

/** Runs a campaign with a results file, and gives what is in it afterwards. */
async function runWithFile(program: FakeProgram, before?: Uint8Array, options: Options = {}, pause?: Pause) {
  const file = path.join(directory, 'results.ndjson');
  rmSync(file, { force: true });
  if (before) writeFileSync(file, before);
  const maker = new FakeMaker(program, pause);
  const log = before ? ResultsLog.goOn(file, maker) : ResultsLog.begin(file, maker);
  try {
    const outcome = await campaign(maker, { jobs: 2, ...options, log });
    expect(log.failure).toBeUndefined();
    return { maker, outcome: withoutRate(outcome), text: readFileSync(file) };
  } finally {
    log.close();
  }
}

describe('a campaign', () => {
  it('tries the cases of the plan and those that results bring, and groups, shrinks and confirms what it finds', async () => {
    const { maker, outcome } = run(SOUND);
    const { findings, unconfirmed, failures, classes, notTried, ended } = await outcome;
    expect(findings.map(({ id, case: of, confirmed, cases }) => [id, of.id, confirmed.shown, cases.length])).toEqual([
      ['corrupted-1', '1/2', 3, 2],
      ['corrupted-3', '8/2', 3, 1],
      ['damaged-0', '4/2', 3, 1],
      ['silent-3', '3/2', 3, 1],
    ]);
    expect(findings.every(({ closely }) => closely)).toBe(true);
    expect({ unconfirmed, failures, notTried, ended }).toEqual({
      unconfirmed: [],
      failures: [],
      notTried: [],
      ended: 'complete',
    });
    expect(Object.values(classes).reduce((a, b) => a + b)).toBe(10);
    expect(maker.open.size).toBe(0);
  });

  it('tries no more after the first finding of the plan, if that is enough', async () => {
    const { outcome } = run(SOUND, { untilFinding: true });
    const { findings, results, notTried, ended } = await outcome;
    expect(findings.map(({ id }) => id)).toEqual(['corrupted-1']);
    expect(results.map(({ case: of }) => of.id)).toEqual(['0/4', '1/4']);
    expect({ ended, notTried }).toEqual({
      ended: 'found',
      notTried: [{ what: 'cases', count: 7, why: 'there was a finding' }],
    });
  });

  it('comes to the same outcome and the same file whichever worker is first', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryProgram,
        arbitraryOptions,
        fc.scheduler(),
        async (program, { jobs, untilFinding }, s) => {
          const alone = await runWithFile(program, undefined, { jobs: 1, untilFinding });
          const options = { jobs, untilFinding };
          const together = s.waitFor(runWithFile(program, undefined, options, () => s.schedule(Promise.resolve())));
          const { outcome, text } = await together;
          expect(outcome).toEqual(alone.outcome);
          expect(text.toString()).toBe(alone.text.toString());
        },
      ),
    );
  });

  it('goes on from a file that was cut anywhere, to the same findings and the same file, and does only what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryProgram, fc.nat(), async (program, cut) => {
        const whole = await runWithFile(program);
        const before = whole.text.subarray(0, cut % (whole.text.length + 1));
        const { maker, outcome, text } = await runWithFile(program, before);
        expect(outcome).toEqual(whole.outcome);
        expect(text.toString()).toBe(whole.text.toString());
        const known = [...before.toString().matchAll(/^\{"(case|confirmation)":"(.*?)",.*\}\n/gm)];
        const cases = new Set(known.filter(([, type]) => type === 'case').map(([, , id]) => id));
        const confirmed = new Set(known.filter(([, type]) => type === 'confirmation').map(([, , id]) => id));
        // Findings are looked at closely once more.
        const representatives = outcome.findings.map((finding) => finding.case.id);
        const again = maker.performed.filter((id) => cases.has(id));
        expect(again.filter((id) => !representatives.includes(id))).toEqual([]);
        expect(maker.confirmed.filter((id) => confirmed.has(id))).toEqual([]);
      }),
    );
  });

  it('takes a blurred case for another one of a cause that it looks like, of its own key first; and makes one of those that look like none', async () => {
    const classes = [
      'corrupted',
      'corrupted',
      'corrupted',
      'corrupted',
      'corrupted',
      'silent',
      'silent',
      'silent',
      'silent',
    ] as const;
    // Symptoms are numbers modulo 3, keys modulo 5.
    const program = { ...SOUND, classes, bringing: [], blurred: [3, 4, 5, 8] };
    const { findings } = await run(program).outcome;
    expect(findings.map(({ id, cases }) => [id, cases.map(({ number }) => number)])).toEqual([
      ['corrupted-0', [0, 3]],
      ['corrupted-1', [1, 4]],
      ['corrupted-2', [2]],
      ['silent-0', [5, 8]],
      ['silent-1', [6]],
      ['silent-2', [7]],
    ]);
  });

  it('says what was not confirmed, and how often what is flaky was shown', async () => {
    const program = { ...SOUND, bringing: [], unconfirmed: [4], flaky: [1] };
    const { findings, unconfirmed } = await run(program).outcome;
    expect(findings.map(({ id, confirmed }) => [id, confirmed.shown, confirmed.tried])).toEqual([
      ['corrupted-1', 2, 3],
      ['silent-3', 3, 3],
    ]);
    expect(unconfirmed).toMatchObject([{ id: 'damaged-0', count: 1, why: 'it was tolerated' }]);
  });

  it('confirms once what came to its deadline', async () => {
    const tried: string[] = [];
    const confirm = (isLate: boolean) =>
      confirmCase<Case, CaseResult>(
        { case: { id: 'c' }, result: { class: 'hung', durationMs: 1, isLate } },
        { inWords: () => '' },
        async (of) => {
          tried.push(of.id);
          return { class: 'hung', durationMs: 1 };
        },
      );
    expect(await confirm(true)).toMatchObject({ tried: 1, shown: 1 });
    expect(await confirm(false)).toMatchObject({ tried: 3, shown: 3 });
    expect(tried).toHaveLength(4);
  });

  it('confirms another case of a cause where the simplest one is not', async () => {
    const { findings } = await run({ ...SOUND, bringing: [], unconfirmed: [1] }).outcome;
    expect(findings[0]).toMatchObject({ id: 'corrupted-1', case: { number: 6 } });
  });

  it('tries a case again that killed its worker, and tells of one that kills two as a failure of its own', async () => {
    const { maker, outcome } = run({ ...SOUND, bringing: [], deadly: { 0: 2, 1: 3 } });
    const { failures, findings, classes } = await outcome;
    expect(failures).toMatchObject([{ case: maker.cases[1], message: 'killed by 1' }]);
    expect(findings[0]).toMatchObject({ id: 'corrupted-1', case: { number: 6 } });
    expect(classes.tolerated).toBe(2);
    expect(maker.open.size).toBe(0);
  });

  it('rejects if workers can do nothing at all', async () => {
    const deadly = Object.fromEntries(SOUND.classes.map((_, number) => [number, 9]));
    const { maker, outcome } = run({ ...SOUND, deadly });
    await expect(outcome).rejects.toThrow(/^killed by/);
    expect(maker.open.size).toBe(0);
  });

  it('stops if workers can do nothing any more, and tells what it has found', async () => {
    const classes = ['corrupted', ...Array.from({ length: 9 }, () => 'tolerated' as const)] as const;
    const deadly = Object.fromEntries(classes.map((_, number) => [number, 9]).filter(([number]) => number !== 0));
    const { ended, findings, failures, notTried } = await run({ ...SOUND, classes, bringing: [], deadly }, { jobs: 1 })
      .outcome;
    expect({ ended, findings: findings.length, failures: failures.length }).toEqual({
      ended: 'failed',
      findings: 1,
      failures: 6,
    });
    expect(notTried).toEqual([{ what: 'cases', count: 3, why: 'Renacer failed at each of the last ones' }]);
  });

  it('stops at the limit of runs, known ones included, and says how many are left', async () => {
    const short = await runWithFile(SOUND, undefined, { maxRuns: 8 });
    expect(short.outcome).toMatchObject({
      ended: 'max-runs',
      notTried: [{ what: 'cases', count: 2, why: 'the limit of runs was reached' }],
    });
    const more = await runWithFile(SOUND, short.text);
    expect(more.outcome).toEqual(await outcomeOf(SOUND));
  });

  it('stops when the time is up, and still confirms what it found', async () => {
    const { ended, findings, notTried } = await run(SOUND, { forMs: 0 }).outcome;
    expect({ ended, findings, notTried }).toEqual({
      ended: 'time',
      findings: [],
      notTried: [{ what: 'cases', count: 7, why: 'the time was up' }],
    });
  });

  it('ends cleanly when it is asked to: what was found by then is confirmed', async () => {
    const stop = new AbortController();
    const { ended, findings } = await run(SOUND, { signal: stop.signal, onCase: () => stop.abort() }).outcome;
    expect(ended).toBe('stopped');
    // With two workers, three more were under way.
    expect(findings.map(({ id, cases }) => [id, cases.length])).toEqual([
      ['corrupted-1', 1],
      ['silent-3', 1],
    ]);
  });

  it('ends a while after it was asked to, whatever is under way', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const stop = new AbortController();
    const forGood = () => (stop.signal.aborted ? new Promise(() => {}) : Promise.resolve());
    const { maker, outcome } = run(SOUND, { signal: stop.signal, onCase: () => stop.abort() }, forGood);
    await vi.waitFor(() => expect(stop.signal.aborted).toBe(true));
    vi.advanceTimersByTime(5000);
    const { findings, unconfirmed } = await outcome;
    expect(findings).toEqual([]);
    // Others that were under way may have come to their end before.
    expect(unconfirmed).toContainEqual(
      expect.objectContaining({ id: 'corrupted-1', why: 'there was no time to confirm it' }),
    );
    expect(maker.open.size).toBe(0);
  });

  it('confirms what a bounded campaign has found in as long again or a minute, and says what there was no time for', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const onFinding = vi.fn();
    const forGood = () => (onFinding.mock.calls.length > 0 ? new Promise(() => {}) : Promise.resolve());
    const { maker, outcome } = run(SOUND, { jobs: 1, forMs: 50_000, onFinding }, forGood);
    await vi.waitFor(() => expect(onFinding).toHaveBeenCalledTimes(1));
    vi.advanceTimersByTime(59_000);
    expect(maker.open.size).toBe(1);
    vi.advanceTimersByTime(1_000);
    const { ended, findings, unconfirmed } = await outcome;
    expect({ ended, findings: findings.map(({ id }) => id) }).toEqual({ ended: 'complete', findings: ['corrupted-1'] });
    expect(unconfirmed.map(({ id, why }) => [id, why])).toEqual(
      ['corrupted-3', 'damaged-0', 'silent-3'].map((id) => [id, 'there was no time to confirm it']),
    );
    expect(maker.open.size).toBe(0);
  });

  it('gives nothing to a worker that was opened too late', async () => {
    const hurry = new AbortController();
    const { maker, outcome } = run(SOUND, { atOnce: hurry.signal }, async () => hurry.abort());
    expect(await outcome).toMatchObject({ ended: 'stopped', results: [], findings: [] });
    expect(maker.performed).toEqual([]);
    expect(maker.open.size).toBe(0);
  });

  it('ends at once when it is asked to, with what it has, and goes on from there', async () => {
    const hurry = new AbortController();
    const onCase = (one: FakeCase): void => {
      if (one.number === 4) hurry.abort();
    };
    const { maker, outcome, text } = await runWithFile(SOUND, undefined, { atOnce: hurry.signal, onCase });
    expect(outcome).toMatchObject({ ended: 'stopped', findings: [] });
    expect(outcome.unconfirmed.map(({ why }) => why)).toEqual(
      outcome.unconfirmed.map(() => 'there was no time to confirm it'),
    );
    expect(maker.confirmed).toEqual([]);
    expect(maker.open.size).toBe(0);
    expect((await runWithFile(SOUND, text)).outcome).toEqual(await outcomeOf(SOUND));
  });
});
