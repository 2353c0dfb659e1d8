import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseExplore } from '../../../src/cli/explore-command-line.ts';
import { type ExploreResult, ORDER_CLASSES, type OrderFinding } from '../../../src/model/explore.ts';
import { orderFindingText } from '../../../src/report/explore-finding-text.ts';
import { exploreReportJsonSchema } from '../../../src/report/explore-report-schema.ts';
import { exploreEndText } from '../../../src/report/explore-totals.ts';
import { toExploreReport } from '../../../src/report/to-explore-report.ts';
import { frame } from '../../support/sweep-results.ts';

const PLAIN = { color: false, columns: undefined, sources: ['/src'], files: [] };

const MAIN = [frame('/lib/libc.so.6', '__open64', 0x1000), frame('/home/me/add', 'main', 0x1190, '/src/add.c:14')];

const FINDING: OrderFinding = {
  id: '82d5e3c8',
  class: 'corrupted',
  title: '--verify fails with status 1 after one switch',
  count: 1,
  confirmed: { tried: 3, shown: 3 },
  seed: 17,
  switches: [{ task: '0.1', point: 9, why: 'openat', to: '0.2' }],
  switchesBefore: 23,
  told: [
    {
      switch: { task: '0.1', point: 9, why: 'openat', to: '0.2' },
      stopped: { task: '0.1', program: '/home/me/add', point: 'openat("n")', stack: MAIN },
      ran: { task: '0.2', program: '/home/me/add', point: 'born', stack: undefined },
      did: ['openat("n")', 'read("n")', 'close("n")', 'openat("n")', 'write("n")', 'exit_group()'],
    },
  ],
  deadlock: undefined,
  reason: '--verify fails with status 1',
  evidence: ['1'],
  replay: '/tmp/f/82d5e3c8.jsonl',
  again: 'renacer replay /tmp/f/82d5e3c8.jsonl',
};

function resultOf(parts: Partial<ExploreResult> = {}): ExploreResult {
  const classes = Object.fromEntries(ORDER_CLASSES.map((kind) => [kind, 0])) as Record<
    (typeof ORDER_CLASSES)[number],
    number
  >;
  return {
    command: ['./add'],
    plan: 'abc',
    findings: [],
    orders: 500,
    runs: 503,
    classes: { ...classes, survived: 500 },
    tasks: 3,
    choices: 41,
    complete: undefined,
    notExact: [],
    pointsRefused: [],
    unconfirmed: [],
    notTried: [],
    notes: [],
    durationMs: 1700,
    ordersPerSecond: 290,
    cut: undefined,
    ...parts,
  };
}

describe('a finding', () => {
  it('says who was stopped where, and what ran instead', () => {
    expect(orderFindingText(FINDING, PLAIN)).toMatchInlineSnapshot(`
      "corrupted  --verify fails with status 1 after one switch                   finding 82d5e3c8 · 3 of 3
           1  add (0.1) stops before openat("n"): add.c:14 in main, which calls __open64
              add (0.2) goes on instead: openat("n"), read("n"), close("n"), openat("n"), …, exit_group()
        seed  17: 23 switches, of which these matter
         why  --verify fails with status 1
       proof  1
       again  renacer replay /tmp/f/82d5e3c8.jsonl
      "
    `);
  });

  it('says that a task stops behind an access that was watched, but before an instruction', () => {
    const [told] = FINDING.told;
    const at = (point: string): string =>
      orderFindingText({ ...FINDING, told: [{ ...told!, stopped: { ...told!.stopped, point } }] }, PLAIN);
    expect(at('data counter')).toContain('     1  add (0.1) stops behind an access to counter: add.c:14 in main');
    expect(at('instruction w+0x5')).toContain('     1  add (0.1) stops before instruction w+0x5: add.c:14 in main');
  });

  it('says who waits for whom', () => {
    const deadlock = [
      { task: '0.1', program: 'abba', waitsFor: 'mutex b', heldBy: '0.2', stack: MAIN },
      { task: '0', program: 'abba', waitsFor: 'the end of task 0.1', heldBy: '0.1', stack: undefined },
    ];
    const text = orderFindingText({ ...FINDING, class: 'deadlock', deadlock }, PLAIN);
    expect(text).toContain(' waits  abba (0.1) for mutex b, held by 0.2: add.c:14 in main');
    expect(text).toContain('        abba (0) for the end of task 0.1\n');
  });

  it('is told in at most 16 lines, however many switches there are', () => {
    const told = Array(9).fill(FINDING.told[0]!) as OrderFinding['told'];
    const evidence = Array(9).fill('a line') as string[];
    const lines = orderFindingText({ ...FINDING, told, evidence }, PLAIN)
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(16);
    expect(lines).toContainEqual('        and 4 more: --report FILE has them all');
    expect(lines.at(-1)).toBe(' again  renacer replay /tmp/f/82d5e3c8.jsonl');
  });
});

describe('the end', () => {
  it('says what is known, and no more', () => {
    expect(exploreEndText(resultOf(), PLAIN)).toMatchInlineSnapshot(`
      "explored   500 orders of 3 tasks with 41 points at which another one could go on; 503 runs in 1.70 s, 290 orders/s
      known      500 survived · no failure in 500 orders
      exact      the same switches lead to the same run
      "
    `);
  });

  it('names the bound where all orders up to it were run', () => {
    const text = exploreEndText(resultOf({ orders: 2284, complete: 3 }), PLAIN);
    expect(text).toContain('no failure in all 2,284 orders with at most 3 switches at these 41 points\n');
  });

  it('gives the reasons where the same switches may lead to another run, and what was flaky', () => {
    const notExact = ['a call waited for a time to pass'];
    const unconfirmed = ['seed 4: exit status 1: flaky: 1 of 3'];
    const text = exploreEndText(resultOf({ notExact, unconfirmed }), PLAIN);
    expect(text).toContain('not exact  a call waited for a time to pass\n');
    expect(text).toContain('doubtful   seed 4: exit status 1: flaky: 1 of 3\n');
    expect(text).toContain('no failure that came again in 500 orders');
  });
});

describe('the report', () => {
  const committed = JSON.parse(readFileSync('schema/explore-report.schema.json', 'utf8')) as object;

  it('schema/explore-report.schema.json is what the definition generates (npm run schemas)', () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(exploreReportJsonSchema())));
  });

  it.each([
    ['without a finding', resultOf()],
    ['with one', resultOf({ findings: [FINDING], cut: 'time', complete: 2 })],
  ])('%s is as the schema says', (_, result) => {
    const { request } = parseExplore(['--runs', '9', '--', 'true']);
    const report = JSON.parse(JSON.stringify(toExploreReport(result, request, '1.2.3'))) as Record<string, unknown>;
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(committed);
    validate(report);
    expect(validate.errors).toBeNull();
  });
});
