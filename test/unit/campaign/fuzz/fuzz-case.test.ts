import { describe, expect, it } from 'vitest';
import { type FuzzFindingFile, printFuzzFinding } from '../../../../src/campaign/fuzz/finding/fuzz-finding-file.ts';
import { readFuzzFinding } from '../../../../src/campaign/fuzz/finding/fuzz-finding-schema.ts';
import {
  caseOfAdversity,
  caseOfSeed,
  caseToJson,
  type FuzzCaseResult,
  resultFromJson,
} from '../../../../src/campaign/fuzz/fuzz-case.ts';
import { parseRecording } from '../../../../src/faults/replay-file.ts';
import type { Adversity } from '../../../../src/model/fuzz.ts';
import { frame } from '../../../support/recorded-runs.ts';

const ADVERSITY: Adversity = {
  faults: [
    { task: '0', syscall: 'fsync', ordinal: 1, way: 'once', fault: 'error=EIO', site: 's', occurrence: 1 },
    { task: '0', syscall: 'write', ordinal: 2, way: 'short', fault: 'short=1', site: 't', occurrence: 1 },
    { task: '0.1', syscall: 'read', ordinal: 1, way: 'once', fault: 'signal=SIGTERM', site: '', occurrence: 1 },
    { task: '0.1', syscall: 'read', ordinal: 2, way: 'once', fault: 'delay_enter=5ms', site: '', occurrence: 1 },
  ],
  limits: [{ of: 'files', most: 8 }],
  switches: [{ task: '0', point: 4, why: 'read', to: '0.1' }],
};

const RESULT: FuzzCaseResult = {
  class: 'corrupted',
  verdict: { class: 'corrupted', reason: 'exit status 0, but out is missing', evidence: ['-a'], notes: ['leaves t'] },
  durationMs: 1.25,
  adversity: ADVERSITY,
  before: 9,
  sites: [{ id: 's', program: '/bin/prog', syscall: 'fsync', stack: [frame('m')], handlerOf: undefined }],
  files: ['out', null],
  failedChild: undefined,
  notExact: ['a task computed for 5 ms'],
};

describe('a case', () => {
  it('is in the results file as it was', () => {
    const json = JSON.parse(JSON.stringify(caseToJson(caseOfSeed(7), RESULT, 'c'))) as Parameters<
      typeof resultFromJson
    >[0];
    expect(json).toMatchObject({ seed: 7, class: 'corrupted', cause: 'c' });
    expect(resultFromJson(json)).toEqual(RESULT);
  });

  it.each([
    [{ class: 'bad' }, 'class is none of tolerated'],
    [{ class: 'silent', reason: 1 }, 'reason is not a text'],
    [
      { class: 'silent', reason: '', ms: 1, adversity: { faults: [], limits: [{ of: 'cpu', most: 1 }], switches: [] } },
      'a limit',
    ],
    [{ class: 'silent', reason: '', ms: 1, adversity: { faults: [], limits: [], switches: [{}] } }, 'a switch lacks'],
  ])('that is wrong is refused: %j', (json, message) => {
    expect(() => resultFromJson(json as never)).toThrow(message);
  });

  it('has an id by what is met, not by where it was found', () => {
    const [first, ...rest] = ADVERSITY.faults;
    const elsewhere = { ...ADVERSITY, faults: [{ ...first!, site: 'other', occurrence: 3 }, ...rest] };
    expect(caseOfAdversity(elsewhere).id).toBe(caseOfAdversity(ADVERSITY).id);
    expect(caseOfAdversity({ ...ADVERSITY, limits: [] }).id).not.toBe(caseOfAdversity(ADVERSITY).id);
  });
});

it('the file of a finding is a recording, and has the finding', () => {
  const file: FuzzFindingFile = {
    plan: 'p',
    input: 'i',
    request: {
      command: 'prog',
      args: ['a b'],
      input: '/work',
      stdin: undefined,
      env: {},
      ignore: [],
      compare: ['stdout'],
      verify: undefined,
      verifyAlways: undefined,
      protect: undefined,
      isolation: 'full',
      network: 'own',
      ownFiles: [],
    },
    finding: {
      id: 'f',
      class: 'corrupted',
      title: 't',
      count: 2,
      confirmed: { tried: 3, shown: 3 },
      seed: 7,
      before: 9,
      adversity: ADVERSITY,
      sites: [],
      verdict: RESULT.verdict,
      reaction: [],
    },
  };
  const text = printFuzzFinding(file);
  const { faults, schedule, command } = parseRecording(text, 'name');
  expect(faults.map(({ syscall, ordinal }) => `${syscall} ${ordinal}`)).toEqual([
    'fsync 1',
    'write 2',
    'read 1',
    'read 2',
  ]);
  expect(schedule).toEqual({ points: 'calls', switches: ADVERSITY.switches });
  expect(command).toEqual(['prog', 'a b']);
  const { fuzz } = JSON.parse(text.split('\n', 1)[0]!) as { fuzz: unknown };
  expect(readFuzzFinding(fuzz)).toEqual(JSON.parse(JSON.stringify(file)));
  expect(readFuzzFinding({ version: 1 })).toMatch(/^fuzz\./);
});
