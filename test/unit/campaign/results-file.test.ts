import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  parseResults,
  planDigest,
  printResultsHeader,
  printResultsLine,
  type ResultsLine,
} from '../../../src/campaign/results-file.ts';
import { ResultsLog } from '../../../src/campaign/results-log.ts';

const HEADER = { kind: 'sweep', inputs: { command: ['cat', 'a'], input: 'f00', options: { faults: ['errors'] } } };
const bytes = (text: string): Buffer => Buffer.from(text);

const arbitraryLine: fc.Arbitrary<ResultsLine> = fc.oneof(
  fc.record({
    type: fc.constant('case' as const),
    id: fc.string(),
    case: fc.record({ faults: fc.array(fc.string({ unit: 'binary' })), class: fc.string() }),
  }),
  fc.record({ type: fc.constant('failure' as const), id: fc.string(), message: fc.string() }),
  fc.record({
    type: fc.constant('confirmation' as const),
    id: fc.string(),
    tried: fc.nat(),
    shown: fc.nat(),
    reason: fc.option(fc.string(), { nil: undefined }),
  }),
);

describe('the results file', () => {
  it('reads back what it prints, up to where it was cut', () => {
    fc.assert(
      fc.property(fc.array(arbitraryLine), fc.nat(), (lines, cut) => {
        const printed = [printResultsHeader(HEADER), ...lines.map(printResultsLine)].map(bytes);
        const whole = Buffer.concat(printed);
        const text = whole.subarray(0, cut % (whole.length + 1));
        const read = parseResults(text, 'f');
        let [count, length] = [0, 0];
        while (count < printed.length && length + printed[count]!.length <= text.length)
          length += printed[count++]!.length;
        expect(read.wholeBytes).toBe(length);
        expect(read.header).toEqual(count > 0 ? HEADER : undefined);
        expect(read.lines).toEqual(lines.slice(0, Math.max(0, count - 1)));
      }),
    );
  });

  it('has one digest for the same inputs, in whatever order they are named, and another for others', () => {
    const turned = { kind: 'sweep', inputs: { options: { faults: ['errors'] }, input: 'f00', command: ['cat', 'a'] } };
    expect(planDigest(turned)).toBe(planDigest(HEADER));
    expect(planDigest({ ...HEADER, inputs: { ...HEADER.inputs, input: 'f01' } })).not.toBe(planDigest(HEADER));
  });

  it.each([
    ['hello', 'f:1: it is no results file'],
    ['{"a":1}\n', 'f:1: it is no results file'],
    ['{"format":"renacer-results","version":9}\n', 'f:1: its version is 9, and this Renacer reads up to 1'],
    ['{"format":"renacer-results","version":1}\n', 'f:1: kind is not a text'],
    [`${printResultsHeader(HEADER)}[]\n`, 'f:2: it is not a JSON object'],
    [`${printResultsHeader(HEADER)}{"a":1}\n`, 'f:2: it is no case, failure or confirmation'],
  ])('refuses %j', (text, message) => {
    expect(() => parseResults(bytes(text), 'f')).toThrow(message);
  });
});

describe('the log of results', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-results-'));
  const file = path.join(directory, 'r.ndjson');
  afterAll(() => rmSync(directory, { recursive: true }));
  const line: ResultsLine = { type: 'failure', id: 'a', message: 'b' };

  it('does not begin in a file that has something in it', () => {
    writeFileSync(file, 'mine');
    expect(() => ResultsLog.begin(file, HEADER)).toThrow(`--results: "${file}" is there already`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(() => ResultsLog.goOn(file, HEADER)).toThrow('it is no results file');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('drops a torn line before it adds others', () => {
    writeFileSync(file, `${printResultsHeader(HEADER)}${printResultsLine(line)}{"case":"c","cl`);
    const log = ResultsLog.goOn(file, HEADER);
    expect(log.before).toEqual([line]);
    log.write({ ...line, id: 'c' });
    log.close();
    expect(parseResults(readFileSync(file), 'f').lines).toEqual([line, { ...line, id: 'c' }]);
  });

  it('says what differs from the campaign that the file is of, and leaves the file alone', () => {
    const text = `${printResultsHeader(HEADER)}{"torn`;
    writeFileSync(file, text);
    const other = {
      kind: 'sweep',
      inputs: { command: ['cat', 'b'], input: 'x'.repeat(70), options: { faults: [], every: true } },
    };
    expect(() => ResultsLog.goOn(file, other)).toThrow(
      `${file} is of another campaign: command was ["cat","a"], and is ["cat","b"]; input has changed; options.faults was ["errors"], and is []; options.every was not given, and is true`,
    );
    expect(() => ResultsLog.goOn(file, { ...HEADER, kind: 'fuzz' })).toThrow('it is of a sweep');
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('says so if there is no file to go on from', () => {
    expect(() => ResultsLog.goOn(path.join(directory, 'none'), HEADER)).toThrow('no such file');
  });
});
