import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SweptCase, sweep as sweepByLibrary } from 'renacer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, linesOf, makeInput, sweep } from '../support/killed-sweep.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-resume-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const input = path.join(scratch, 'input');
const inScratch = (name: string): string => path.join(scratch, name);

/** A sweep that nobody disturbs. */
let whole: { readonly lines: ReturnType<typeof linesOf>; readonly findings: ReturnType<typeof findingsOf> };

beforeAll(async () => {
  makeInput(input);
  const { status, said } = await sweep(input, inScratch('whole.ndjson'), { report: inScratch('whole.json') });
  expect(status, said).toBe(1);
  whole = { lines: linesOf(inScratch('whole.ndjson')), findings: findingsOf(inScratch('whole.json')) };
});

/** Goes on to the end. */
async function goOn(
  results: string,
): Promise<{ lines: ReturnType<typeof linesOf>; findings: ReturnType<typeof findingsOf> }> {
  const report = `${results}.json`;
  const { status, said } = await sweep(input, results, { report });
  expect(status, said).toBe(1);
  return { lines: linesOf(results), findings: findingsOf(report) };
}

const countOf = (results: string): number => linesOf(results)?.length ?? 0;

describe('a sweep that is disturbed', () => {
  it('finds something, and confirms it', () => {
    expect(whole.findings).toMatchObject([{ class: 'corrupted' }, ...whole.findings.slice(1)]);
    expect(whole.lines!.at(-1)).toMatchObject({ type: 'confirmation', tried: 3 });
  });

  it('is killed again and again, and comes to the same lines and findings', async () => {
    const results = inScratch('killed.ndjson');
    const cases = whole.lines!.filter(({ type }) => type === 'case').length;
    // Before it has begun, as soon as it has a few results, and when nothing but confirmations is missing.
    for (const enough of [0, 3, cases]) {
      const { lived, left } = await sweep(input, results, { killWhen: () => countOf(results) >= enough });
      expect({ lived, left }).toEqual({ lived: true, left: [] });
    }
    expect(await goOn(results)).toEqual(whole);
  });

  it('is interrupted by Ctrl-C: it says what it knows, leaves nothing, and goes on', async () => {
    const results = inScratch('interrupted.ndjson');
    const interrupted = await sweep(input, results, { signal: 'SIGINT', killWhen: () => countOf(results) >= 3 });
    expect(interrupted).toMatchObject({ status: 130, lived: true, left: [] });
    expect(interrupted.said).toContain('interrupted');
    const { lines, findings } = await goOn(results);
    expect(findings).toEqual(whole.findings);
    // What was found by then was confirmed at once, before the other cases, and where a simpler case came later, another one.
    expect(lines).toEqual(expect.arrayContaining([...whole.lines!]));
  });

  it('has nothing more to do where all is known', async () => {
    const results = inScratch('whole.ndjson');
    const before = readFileSync(results, 'utf8');
    expect(await goOn(results)).toEqual(whole);
    expect(readFileSync(results, 'utf8')).toBe(before);
  });
});

describe('sweep() of the library', () => {
  it('tells cases in the order of the plan, and finds the same by one worker as the command line by many', async () => {
    const results = inScratch('library.ndjson');
    const stages = new Set<string>();
    const sweeping = sweepByLibrary('sh', ['save.sh'], {
      input,
      results,
      only: ['read', 'write', 'rename', 'unlink'],
      faults: ['errors', 'short'],
      jobs: 1,
      onProgress: ({ stage }) => stages.add(stage),
    });
    const cases: SweptCase[] = [];
    for await (const one of sweeping) cases.push(one);
    const { findings, cut } = await sweeping;
    const lines = linesOf(results)!;
    expect({ lines, cut }).toEqual({ lines: whole.lines, cut: undefined });
    expect(findings.map(({ id }) => id)).toEqual(whole.findings.map(({ id }) => id));
    expect(cases.map((one) => one.case.id)).toEqual(lines.slice(0, cases.length).map(({ id }) => id));
    expect([...stages]).toEqual(['clean runs', 'cases', 'confirming']);
    expect(readdirSync(input).sort()).toEqual(['names', 'save.sh']);
  });

  it('ends when it is aborted, with what is known', async () => {
    const stop = new AbortController();
    const sweeping = sweepByLibrary('sh', ['save.sh'], { input, findings: inScratch('none'), signal: stop.signal });
    let seen = 0;
    for await (const _ of sweeping) if (++seen === 3) stop.abort();
    const { cut, cases } = await sweeping;
    expect(cut).toBe('interrupted');
    expect(cases).toBeGreaterThanOrEqual(3);
  });
});
