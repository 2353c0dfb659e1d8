import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseFindingFile } from '../../../../src/campaign/sweep/finding/finding-file.ts';
import { countLeftovers } from '../../../../src/campaign/sweep/leftovers.ts';
import { showFinding } from '../../../../src/campaign/sweep/show-finding.ts';
import { type SweepHooks, sweepCommand } from '../../../../src/campaign/sweep/sweep.ts';
import { parseRecording, printRecordingHeader } from '../../../../src/faults/replay-file.ts';
import type { CampaignProgress } from '../../../../src/model/campaign.ts';
import type { SweepFinding } from '../../../../src/model/sweep.ts';
import type { SweepRequest } from '../../../../src/model/sweep-request.ts';
import { FakePerformer } from './fake-performer.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-sweep-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const input = path.join(scratch, 'input');
mkdirSync(input);
writeFileSync(path.join(input, 'in'), 'text');

function request(parts: Partial<SweepRequest> = {}): SweepRequest {
  return {
    command: 'true',
    args: ['it'],
    input,
    stdin: undefined,
    env: {},
    ignore: [],
    compare: ['stdout', 'files'],
    verify: undefined,
    verifyAlways: undefined,
    protect: undefined,
    faults: ['errors', 'persistent'],
    every: false,
    depth: 2,
    maxRuns: undefined,
    only: undefined,
    paths: [],
    errors: undefined,
    sites: [],
    quick: false,
    forMs: undefined,
    jobs: 2,
    isolation: 'full',
    network: 'own',
    ready: undefined,
    drive: undefined,
    results: undefined,
    resume: undefined,
    findingsDirectory: path.join(scratch, 'findings'),
    ownFiles: [],
    self: 'renacer',
    ...parts,
  };
}

async function swept(parts: Partial<SweepRequest> = {}, deaf = false, hooks: SweepHooks = {}) {
  const performers: FakePerformer[] = [];
  const heard: SweepFinding[] = [];
  const progress: CampaignProgress[] = [];
  const listener = {
    onProgress: (one: CampaignProgress) => progress.push(one),
    onFinding: (one: SweepFinding) => heard.push(one),
  };
  const result = await sweepCommand(
    request(parts),
    listener,
    new AbortController().signal,
    { pause: async () => {}, ...hooks },
    async () => {
      const performer = new FakePerformer(deaf);
      performers.push(performer);
      return performer;
    },
  );
  expect(performers.filter(({ isOpen }) => isOpen)).toEqual([]);
  const performed = performers.reduce((sum, one) => sum + one.performed, 0);
  return { result, heard, progress, performed };
}

describe('what a case leaves behind', () => {
  it('is counted once a case, and as one where only a drawn part of the name differs', () => {
    const notes = [['leaves ziz4A8a7', 'leaves ziz4A8a7'], ['leaves ziJ8Eg8B'], ['leaves archive'], ['leaves another']];
    expect(countLeftovers(notes)).toEqual([
      { what: 'leaves ziXXXXXX', count: 2 },
      { what: 'leaves archive', count: 1 },
      { what: 'leaves another', count: 1 },
    ]);
    expect(countLeftovers([['leaves report2'], ['leaves report2']])).toEqual([{ what: 'leaves report2', count: 2 }]);
  });
});

describe('a finding that is shown again', () => {
  it('is shown if the class is the same, and it is said if the input is another', async () => {
    const { result } = await swept();
    const [ignores] = result.findings;
    const file = (await parseFindingFile(readFileSync(ignores!.replay!, 'utf8'), 'f'))!;
    const shown = await showFinding(file, async () => new FakePerformer());
    expect(shown).toMatchObject({ isShown: true, isOtherInput: false, verdict: { class: 'corrupted' } });
    const not = await showFinding(file, async () => new FakePerformer(true));
    expect(not).toMatchObject({ isShown: false, verdict: { class: 'tolerated' } });
    const other = await showFinding({ ...file, input: 'f00' }, async () => new FakePerformer());
    expect(other).toMatchObject({ isShown: true, isOtherInput: true });
  });

  it.each([
    ['"version":1', '"version":7', 'f:1: sweep.version'],
    ['"way":"once"', '"way":"twice"', 'f:1: sweep.finding.way'],
    ['"input":"/', '"output":"/', 'f:1: sweep.request.input'],
  ])('is refused if its file was changed: %s', async (from, to, message) => {
    const { result } = await swept();
    const text = readFileSync(result.findings[0]!.replay!, 'utf8');
    const [first, ...rest] = text.split('\n');
    const at = first!.indexOf('"sweep"');
    const changed = first!.slice(0, at) + first!.slice(at).replace(from, to);
    await expect(parseFindingFile([changed, ...rest].join('\n'), 'f')).rejects.toThrow(message);
  });

  it('is none, if a recording is of something else', async () => {
    const text = printRecordingHeader({ seed: 1, command: ['true'] });
    expect(await parseFindingFile(text, 'f')).toBeUndefined();
  });
});

describe('a sweep', () => {
  it('finds, groups, confirms and keeps what a program does wrong', async () => {
    const { result, heard, progress } = await swept();
    const [ignores, goesOn, crashes] = result.findings;
    expect(result.findings).toHaveLength(3);
    expect(goesOn).toMatchObject({
      class: 'corrupted',
      title: 'tar fails for EBUSY of dup2, and who started it goes on',
    });
    expect(ignores).toMatchObject({
      class: 'corrupted',
      title: 'save() takes a failed write (ENOSPC) for a success',
      count: 6,
      confirmed: { tried: 3, shown: 3 },
      syscall: 'write',
      error: 'ENOSPC',
      way: 'once',
      program: '/bin/prog',
      reaction: ['exit status 0'],
      also: [
        'write ENOSPC at save+0x9',
        'write EIO at save+0x1',
        'write ENOSPC for good at save+0x1',
        'write ENOSPC for good at save+0x9',
        'write EIO for good at save+0x1',
      ],
    });
    expect(crashes).toMatchObject({
      class: 'crashed',
      title: 'prog crashes when unlink in clean_up() fails with EACCES',
      count: 1,
      syscall: 'unlink',
    });
    expect(crashes?.case.faults.map(({ syscall }) => syscall)).toEqual(['read', 'unlink']);
    expect(heard.map(({ id }) => id).sort()).toEqual(result.findings.map(({ id }) => id).sort());
    expect(result).toMatchObject({
      command: ['true', 'it'],
      sites: { found: 4, swept: 4, handlers: 1 },
      classes: { corrupted: 9, crashed: 1 },
      cut: undefined,
    });
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(['clean runs', 'cases', 'confirming']);
  });

  it('writes a file for each finding, which is a recording and says all that shows it again', async () => {
    const { result } = await swept({ verify: 'true' });
    for (const { id, replay, again, ...finding } of result.findings) {
      expect(again).toBe(`renacer replay ${replay}`);
      const text = readFileSync(replay!, 'utf8');
      const recording = parseRecording(text, 'f');
      expect(recording.command).toEqual(['true', 'it']);
      expect(recording.faults.map(({ syscall }) => syscall)).toEqual(finding.case.faults.map(({ syscall }) => syscall));
      const file = await parseFindingFile(text, 'f');
      expect(file?.finding).toEqual({ id, ...finding });
      expect(file?.plan).toBe(result.plan);
      expect(file?.request).toMatchObject({ command: 'true', input, verify: 'true', depth: 2 });
      expect(Object.keys(file!.request)).not.toContain('findingsDirectory');
    }
  });

  it('makes no directory where nothing is found, and says what was not confirmed', async () => {
    const findingsDirectory = path.join(scratch, 'none');
    const { result } = await swept({ findingsDirectory }, true);
    expect(result.findings).toEqual([]);
    expect(result.unconfirmed).toEqual([
      'save() takes a failed write (ENOSPC) for a success: tolerated: exit status 0, and the results of a good run',
      expect.stringContaining('tar fails for EBUSY'),
      expect.stringContaining('prog crashes when unlink'),
    ]);
    expect(readdirSync(scratch)).not.toContain('none');
  });

  it('comes to the same findings when it goes on from any line of its results file, and performs only what is missing', async () => {
    const results = path.join(scratch, 'r.ndjson');
    const whole = await swept({ results });
    const lines = readFileSync(results, 'utf8').split('\n').slice(0, -1);
    const withoutTimes = (texts: readonly string[]) => texts.map((text) => text.replace(/"ms":[\d.]+/, ''));
    for (let count = 0; count < lines.length; count++) {
      const resume = path.join(scratch, `r${count}.ndjson`);
      writeFileSync(
        resume,
        lines
          .slice(0, count)
          .map((line) => `${line}\n`)
          .join(''),
      );
      const more = await swept({ resume });
      expect(more.result.findings).toEqual(whole.result.findings);
      expect(more.result.classes).toEqual(whole.result.classes);
      expect(more.performed).toBeLessThanOrEqual(whole.performed);
      expect(withoutTimes(readFileSync(resume, 'utf8').split('\n'))).toEqual([...withoutTimes(lines), '']);
    }
  });

  it('refuses to go on where the input is another, or an option', async () => {
    const resume = path.join(scratch, 'other.ndjson');
    await swept({ results: resume });
    await expect(swept({ resume, args: ['other'] })).rejects.toThrow(
      'command was ["true","it"], and is ["true","other"]',
    );
    await expect(swept({ resume, depth: 1 })).rejects.toThrow('options.depth was 2, and is 1');
    writeFileSync(path.join(input, 'more'), '');
    await expect(swept({ resume })).rejects.toThrow(/ is of another campaign: input was "\w+", and is "\w+"/);
    const ownFiles = [path.join(input, 'more')];
    mkdirSync(path.join(input, '.renacer'));
    expect((await swept({ resume, ownFiles })).result.findings).toHaveLength(3);
    rmSync(path.join(input, 'more'));
  });

  it('ends before it has begun, if it is asked to', async () => {
    const listener = { onProgress() {}, onFinding() {} };
    const result = await sweepCommand(request(), listener, AbortSignal.abort(), {}, async () => new FakePerformer());
    expect(result).toMatchObject({ cut: 'interrupted', findings: [], runs: 0 });
  });
});
