import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fuzz, type RenacerError } from 'renacer';
import { beforeAll, describe, expect, it } from 'vitest';
import { guest, hasCompiler, scratch } from '../support/guests.ts';
import { type Finished, ROOT, renacer } from '../support/renacer.ts';

let directory: string;

beforeAll(() => {
  directory = realpathSync(scratch());
});

/** A directory with a file of the user's, and a guest of that name. */
function inputWith(name: string): string {
  const input = mkdtempSync(path.join(directory, 'input-'));
  writeFileSync(path.join(input, 'notes.txt'), 'old\n');
  if (name !== '') copyFileSync(path.join(ROOT, 'test/guests', name), path.join(input, name));
  return input;
}

function fuzzing(input: string, ...args: readonly string[]): Finished {
  return renacer(['fuzz', '--jobs', '1', ...args], {
    cwd: input,
    env: { XDG_STATE_HOME: path.join(directory, 'state') },
  });
}

interface Found {
  readonly class: string;
  readonly title: string;
  readonly faults: readonly { readonly syscall: string; readonly fault: string }[];
  readonly before: number;
  readonly replay: string;
}

/** What a report says was found; it must be as its schema has it. */
function findingsIn(report: string): readonly Found[] {
  const json = JSON.parse(readFileSync(report, 'utf8')) as { findings: Found[] };
  const schema = JSON.parse(readFileSync(path.join(ROOT, 'schema/fuzz-report.schema.json'), 'utf8')) as object;
  const validate = new Ajv2020({ strict: true }).compile(schema);
  validate(json);
  expect(validate.errors).toBeNull();
  return json.findings;
}

/** Defects that one fault alone does not show: the calls that must fail, and what no single fault of a sweep shows. */
const PAIRS = [
  {
    what: 'a retry in C that gives up after the second error',
    calls: ['write', 'write'],
    seeds: 120,
    command: () => [guest('retried-save')],
    file: '',
    needs: hasCompiler,
  },
  {
    what: 'a cleanup in Python that fails only after a failed write',
    calls: ['write', 'unlink'],
    seeds: 150,
    command: () => ['/usr/bin/python3', '-S', '-I', 'swallowed-error.py'],
    file: 'swallowed-error.py',
    needs: true,
  },
  {
    what: 'a backup in shell whose rename fails after its sync failed',
    calls: ['fsync', 'renameat2'],
    seeds: 150,
    command: () => ['sh', 'unsynced-backup.sh'],
    file: 'unsynced-backup.sh',
    needs: true,
  },
] as const;

describe('renacer fuzz of what it takes two faults to show', () => {
  it.each(PAIRS.filter(({ needs }) => needs))('finds $what, and shows it again; a sweep does not', (pair) => {
    const input = inputWith(pair.file);
    const report = path.join(directory, `${pair.calls.join('-')}.json`);
    const only = [...new Set(pair.calls)].join();
    const kinds = ['--kinds', 'errors', '--only', only, '--runs', String(pair.seeds)];
    const found = fuzzing(input, ...kinds, '--report', report, '--', ...pair.command());
    expect(found).toMatchObject({ status: 1, signal: null });
    const finding = findingsIn(report).find(({ faults }) => faults.length === 2);
    expect(finding).toMatchObject({ class: 'corrupted' });
    expect(finding!.faults.map(({ syscall }) => syscall)).toEqual(pair.calls);
    expect(found.stdout).toContain(`corrupted  ${finding!.title}`);
    expect(readdirSync(input).sort()).toEqual(['notes.txt', pair.file].filter((name) => name !== '').sort());

    const again = renacer(['replay', finding!.replay], { cwd: '/' });
    expect(again).toMatchObject({ status: 1 });
    expect(again.stdout).toContain('shown again');

    const swept = renacer(
      ['sweep', '--jobs', '1', '--faults', 'errors,short', '--only', only, '--', ...pair.command()],
      { cwd: input },
    );
    expect(swept).toMatchObject({ status: 0 });
    expect(swept.stdout).toContain('no findings');
  });
});

describe('renacer fuzz', () => {
  it('goes on where it was: the same seeds are not run again, and end in the same findings', () => {
    const input = inputWith('unsynced-backup.sh');
    const what = ['--kinds', 'errors', '--only', 'fsync,renameat2', '--', 'sh', 'unsynced-backup.sh'];
    const results = path.join(directory, 'results.ndjson');
    expect(fuzzing(input, '--runs', '20', '--results', results, ...what).stderr).not.toContain('Renacer failed');
    const [header, ...lines] = readFileSync(results, 'utf8').trim().split('\n');
    expect(JSON.parse(header!)).toMatchObject({ format: 'renacer-results', kind: 'fuzz' });
    const seeds = lines.flatMap((line) => (JSON.parse(line) as { seed?: number }).seed ?? []);
    expect(seeds).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    writeFileSync(results, `${[header, ...lines.slice(0, 9)].join('\n')}\n`);
    fuzzing(input, '--runs', '20', '--resume', results, ...what);
    expect(readFileSync(results, 'utf8').trim().split('\n').map(withoutTimes).sort()).toEqual(
      [header!, ...lines].map(withoutTimes).sort(),
    );
    const other = fuzzing(input, '--seed', '5', '--resume', results, ...what);
    expect(other).toMatchObject({ status: 125 });
    expect(other.stderr).toContain('options.seed was 1, and is 5');
  });

  it.each([
    [['--kinds', 'error'], '--kinds is "error"'],
    [['--runs', '0'], '--runs is "0"; allowed: a whole number from 1'],
    [['--chaos', 'gentle'], 'fuzz: --chaos is an option of ordinary runs'],
    [['--kinds', 'orders'], 'there is nothing that true could meet of what was asked for'],
  ])('refuses %j by name', (args, message) => {
    const refused = fuzzing(inputWith(''), ...args, '--', 'true');
    expect(refused).toMatchObject({ status: 125 });
    expect(refused.stderr).toContain(message);
  });

  it('is a function of the library', async () => {
    mkdirSync(path.join(directory, 'library'));
    const input = path.join(directory, 'library');
    const options = { input, findings: path.join(directory, 'found'), jobs: 1 };
    const { findings, cases, classes } = await fuzz('true', [], { ...options, runs: 10 });
    expect([findings, cases]).toEqual([[], 10]);
    expect(classes.tolerated + classes.graceful).toBe(10);
    await expect(fuzz('true', [], { ...options, runs: 0 })).rejects.toMatchObject({
      code: 'INVALID_VALUE' satisfies RenacerError['code'],
    });
  });
});

function withoutTimes(line: string): string {
  return line.replace(/"ms":[\d.]+/, '"ms":0');
}
