import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { explore, type RenacerError } from 'renacer';
import { beforeAll, describe, expect, it } from 'vitest';
import { guest, has, hasCompiler, scratch } from '../support/guests.ts';
import { type Finished, ROOT, renacer } from '../support/renacer.ts';

let input: string;
let home: string;

beforeAll(() => {
  const directory = scratch();
  input = path.join(directory, 'input');
  home = path.join(directory, 'state');
  mkdirSync(input);
});

function exploring(...args: readonly string[]): Finished {
  return renacer(['explore', '--jobs', '1', ...args], { cwd: input, env: { XDG_STATE_HOME: home } });
}

/** Whoever reads the number before the other has written it back loses an update. */
const ADDING = 'add() { read n < n; echo $((n + 1)) > n; }; add & add & wait';

describe('renacer explore of a script', () => {
  it('finds an update that is lost, shows where, and again; and leaves the input as it was', () => {
    writeFileSync(path.join(input, 'n'), '0\n');
    const report = path.join(home, '../race.json');
    const found = exploring('--report', report, '--verify', 'test "$(cat n)" = 2', '--', 'sh', '-c', ADDING);
    expect(found).toMatchObject({ status: 1, signal: null });
    expect(found.stdout).toMatch(/^corrupted {2}--verify fails with status 1 after .* finding [0-9a-f]{8} · 3 of 3$/m);
    expect(found.stdout).toMatch(
      /^ +1 {2}\S+ \(0\.[12]\) stops (before|behind) .*\n +\S+ \(0\.[12]\) goes on instead: /m,
    );
    expect(found.stdout).toMatch(/^known .*1 corrupted · 1 finding$/m);
    expect(readFileSync(path.join(input, 'n'), 'utf8')).toBe('0\n');
    expect(readdirSync(input)).toEqual(['n']);

    const json = JSON.parse(readFileSync(report, 'utf8')) as { findings: { switches: unknown[]; replay: string }[] };
    const schema = JSON.parse(readFileSync(path.join(ROOT, 'schema/explore-report.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020({ strict: true }).compile(schema);
    validate(json);
    expect(validate.errors).toBeNull();
    const [finding] = json.findings;
    expect(finding!.switches.length).toBeLessThanOrEqual(3);

    const again = renacer(['replay', finding!.replay], { cwd: '/' });
    expect(again).toMatchObject({ status: 1 });
    expect(again.stdout).toMatch(/^corrupted .* shown again$/m);
    writeFileSync(path.join(input, 'n'), '7\n');
    expect(renacer(['replay', finding!.replay], { cwd: '/' }).stderr).toContain('is not as it was when this was found');
  });

  it.runIf(has('git'))('finds that of two git config one fails', () => {
    const repository = path.join(input, '../repository');
    execFileSync('git', ['init', '-q', repository]);
    const { status, stdout } = exploring(
      ...['--input', repository, '--verify', 'git config a.x && git config b.y', '--'],
      ...['sh', '-c', 'git config a.x 1 & git config b.y 2 & wait'],
    );
    expect(status).toBe(1);
    expect(stdout).toContain('could not lock config file .git/config: File exists');
  });

  it('says in how many orders there was no failure, and never more than that', () => {
    const { status, stdout } = exploring('--runs', '8', '--', 'sh', '-c', 'mkdir -p a/b & mkdir -p a/b & wait');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^known +8 survived · no failure in 8 orders$/m);
    expect(stdout).toMatch(/^exact +the same switches lead to the same run$/m);
  });

  it('refuses a command that fails in its plain order', () => {
    const { status, stderr } = exploring('--', 'sh', '-c', 'exit 3');
    expect(status).toBe(125);
    expect(stderr).toContain('fails without our doing: in 3 of 3 runs without any switch: exit status 3');
  });

  it.each([
    [['--points', 'heap'], '--points is "heap"; allowed: calls, locks, data'],
    [['--bound', '2', '--strategy', 'pct'], '--bound and --strategy are mutually exclusive'],
    [['--depth', '2', '--strategy', 'pos'], '--depth and --strategy are mutually exclusive'],
    [['--chaos', 'gentle'], '--chaos is an option of ordinary runs'],
  ])('refuses %s', (args, message) => {
    const { status, stderr } = exploring(...args, '--', 'true');
    expect(status).toBe(125);
    expect(stderr).toContain(message);
  });
});

describe.runIf(hasCompiler)('renacer explore of threads', () => {
  it('says who waits for which lock, and who has it', () => {
    const { status, stdout } = exploring('--', guest('races'), 'abba');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^deadlock {2}3 tasks wait for each other after one switch .*3 of 3$/m);
    expect(stdout).toMatch(/races \(0\.1\) for mutex other, held by 0\.2: .*m_then_other/);
    expect(stdout).toMatch(/races \(0\.2\) for mutex m, held by 0\.1: .*other_then_m/);
  });

  it('is a library, too; and says so where all orders with so many switches were run', async () => {
    const found = await explore(guest('races'), ['two-sections'], { input, jobs: 1, bound: 1, findings: home });
    expect(found).toMatchObject({ complete: undefined, findings: [{ class: 'failed', reason: 'exit status 1' }] });
    expect(found.findings[0]!.switches).toHaveLength(1);
    const right = await explore(guest('races'), ['mkdirs'], { input, jobs: 1, bound: 1, findings: home });
    expect(right).toMatchObject({ complete: 1, findings: [], notExact: [] });
    expect(right.orders).toBe(right.classes.survived);
    const wrong = explore('true', [], { bound: 1, depth: 2 });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_VALUE' } satisfies Partial<RenacerError>);
  });

  it.each(['check-act', 'rwlock-upgrade', 'barrier-misuse'])('finds %s', (name) => {
    expect(exploring('--', guest('races'), name).status).toBe(1);
  });

  it.each(['queue', 'pipeline', 'flock-counter'])('finds nothing in %s, which is right', (name) => {
    expect(exploring('--runs', '12', '--', guest('races'), name)).toMatchObject({ status: 0 });
  });
});
