import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exploreCommand } from '../../../../src/campaign/explore/explore.ts';
import { readOrderFinding } from '../../../../src/campaign/explore/finding/finding-schema.ts';
import { showOrder } from '../../../../src/campaign/explore/show-finding.ts';
import { parseRecording } from '../../../../src/faults/replay-file.ts';
import type { ExploreRequest, OrderFinding } from '../../../../src/model/explore.ts';
import { abba, lockedUpdate, lostUpdate, ordered, threeByThree } from '../../chaos/schedule/programs.ts';
import type { Simulated } from '../../chaos/schedule/simulated.ts';
import { FakeOrders } from './fake-orders.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'renacer-explore-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const input = path.join(scratch, 'input');
mkdirSync(input);

function request(parts: Partial<ExploreRequest> = {}): ExploreRequest {
  return {
    command: 'true',
    args: ['it'],
    input,
    stdin: undefined,
    env: {},
    verify: undefined,
    verifyAlways: undefined,
    expect: ['survived'],
    strategy: 'mix',
    points: 'locks',
    depth: 3,
    seed: 1,
    runs: 200,
    bound: undefined,
    forMs: undefined,
    keepsGoing: false,
    jobs: 1,
    isolation: 'full',
    network: 'own',
    results: undefined,
    resume: undefined,
    findingsDirectory: path.join(scratch, 'findings'),
    ownFiles: [],
    self: 'renacer',
    ...parts,
  };
}

async function explored<S>(
  program: Simulated<S>,
  parts: Partial<ExploreRequest> = {},
  isDeaf?: (run: number) => boolean,
) {
  const performers: FakeOrders<S>[] = [];
  const heard: OrderFinding[] = [];
  const listener = { onProgress: () => {}, onFinding: (one: OrderFinding) => void heard.push(one) };
  const result = await exploreCommand(request(parts), listener, new AbortController().signal, {}, async () => {
    performers.push(new FakeOrders(program, isDeaf));
    return performers.at(-1)!;
  });
  expect(heard).toEqual(result.findings);
  expect(performers.filter(({ isOpen }) => isOpen)).toEqual([]);
  return { result, performers };
}

describe('an exploration of seeds', () => {
  it('ends with the first failure, makes it as simple as it gets, and has it confirmed by its switches', async () => {
    const { result, performers } = await explored(lostUpdate);
    const [finding] = result.findings;
    expect(result.findings).toHaveLength(1);
    expect(finding).toMatchObject({ class: 'failed', reason: 'exit status 1', confirmed: { tried: 3, shown: 3 } });
    expect(finding!.switches).toHaveLength(1);
    expect(finding!.seed).toBe(result.orders);
    expect(result).toMatchObject({ cut: undefined, complete: undefined, notTried: [], notExact: [], unconfirmed: [] });
    const confirmed = performers.flatMap((one) => one.confirmed);
    expect(confirmed).toEqual(Array(3).fill({ seed: finding!.seed, by: { switches: finding!.switches } }));
  });

  it('tells a deadlock as one, and who waits', async () => {
    const { result } = await explored(abba);
    expect(result.findings).toMatchObject([{ class: 'deadlock', reason: 'a task waits for itself' }]);
    expect(result.findings[0]!.switches).toHaveLength(1);
  });

  it('a defect that needs two switches is left with two', async () => {
    const { result } = await explored(ordered, { depth: 4, runs: 400 });
    expect(result.findings[0]!.switches).toHaveLength(2);
  });

  it('says in how many orders there was no failure, and stops there', async () => {
    const { result } = await explored(lockedUpdate, { runs: 700 });
    expect(result).toMatchObject({ orders: 700, runs: 703, findings: [], classes: { survived: 700 }, cut: undefined });
  });

  it('goes on after a failure if it is asked to, and tells each cause once', async () => {
    const { result } = await explored(lostUpdate, { keepsGoing: true, runs: 50 });
    expect(result.orders).toBe(50);
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]!.count).toBe(result.classes.failed);
  });

  it('refuses a command that fails in its plain order', async () => {
    const failing = { ...lockedUpdate, isRight: () => false };
    await expect(explored(failing)).rejects.toMatchObject({
      code: 'FAILS_BY_ITSELF',
      message: 'true it fails without our doing: in 3 of 3 runs without any switch: exit status 1',
    });
    expect((await explored(failing, { expect: ['failed'], runs: 5 })).result.findings).toEqual([]);
  });

  it('calls a failure flaky that its switches do not lead to again', async () => {
    // The plain runs are 1 to 3; whatever comes behind a failure goes as if there were no switch.
    let failedAt: number | undefined;
    const isDeaf = (run: number) => failedAt !== undefined && run > failedAt;
    const program = {
      ...lostUpdate,
      isRight: (state: Record<string, number>) => {
        if (state.sum !== 2) failedAt ??= 0;
        return state.sum === 2;
      },
    };
    const { result } = await explored(program, { runs: 20 }, isDeaf);
    expect(result).toMatchObject({ findings: [], classes: { flaky: 1, survived: 19 } });
    expect(result.unconfirmed).toEqual([expect.stringMatching(/^seed \d+: exit status 1: flaky: 1 of 3$/)]);
  });

  it('comes to the same result with two workers', async () => {
    const one = await explored(lostUpdate, { keepsGoing: true, runs: 60 });
    const two = await explored(lostUpdate, { keepsGoing: true, runs: 60, jobs: 2 });
    expect(two.result.findings).toEqual(one.result.findings);
    expect(two.result.classes).toEqual(one.result.classes);
  });
});

describe('an exploration of all orders', () => {
  it('says that there are no more, where none fails', async () => {
    const { result } = await explored(lockedUpdate, { runs: undefined, bound: 2 });
    expect(result).toMatchObject({ complete: 2, findings: [], cut: undefined, notTried: [] });
    const more = await explored(threeByThree, { runs: undefined, bound: 3 });
    expect(more.result.classes.survived).toBe(more.result.orders);
    expect(more.result.complete).toBe(3);
  });

  it('finds what needs that many switches, and does not call it complete', async () => {
    const { result } = await explored(lostUpdate, { runs: undefined, bound: 2 });
    expect(result).toMatchObject({ complete: undefined, findings: [{ class: 'failed', seed: undefined }] });
  });

  it('is not complete where it was cut, and says how many are left', async () => {
    const { result } = await explored(threeByThree, { runs: 10, bound: 2 });
    expect(result).toMatchObject({ complete: undefined, orders: 10, cut: 'runs' });
    expect(result.notTried).toMatchObject([{ what: 'cases', why: 'the limit of runs was reached' }]);
  });
});

describe('a results file', () => {
  it('is gone on from: what is known is not run again, and the result is the same', async () => {
    const results = path.join(scratch, 'results.ndjson');
    const parts = { runs: undefined, bound: 2, keepsGoing: true } as const;
    const whole = await explored(threeByThree, { ...parts, results });
    const again = await explored(threeByThree, { ...parts, resume: results });
    expect(again.result.classes).toEqual(whole.result.classes);
    expect(again.result.complete).toBe(2);
    // Only the plain runs.
    expect(again.performers.flatMap(({ performed }) => performed)).toHaveLength(3);
  });

  it('has what a failure was', async () => {
    const results = path.join(scratch, 'failures.ndjson');
    const whole = await explored(lostUpdate, { results });
    const again = await explored(lostUpdate, { resume: results });
    expect(again.result.findings).toEqual(whole.result.findings);
    await expect(explored(lostUpdate, { resume: results, seed: 2 })).rejects.toMatchObject({
      code: 'RESULTS_OF_ANOTHER',
    });
  });
});

describe('the file of a finding', () => {
  it('is a recording of its switches, and shows it again', async () => {
    const { result } = await explored(lostUpdate);
    const { replay, again, switches, seed } = result.findings[0]!;
    expect(again).toBe(`renacer replay ${replay}`);
    const text = readFileSync(replay!, 'utf8');
    expect(parseRecording(text, 'file')).toMatchObject({ seed, schedule: { points: 'locks', switches }, faults: [] });
    const file = readOrderFinding((JSON.parse(text.split('\n')[0]!) as { explore: unknown }).explore);
    if (typeof file === 'string') throw new Error(file);
    const shown = await showOrder(file, async () => new FakeOrders(lostUpdate));
    expect(shown).toMatchObject({ isShown: true, isOtherInput: false });
    const mended = await showOrder(file, async () => new FakeOrders(lockedUpdate));
    expect(mended.isShown).toBe(false);
  });

  it('is refused where something is missing in it', () => {
    expect(readOrderFinding({ version: 1 })).toBe(
      'explore.finding: Invalid input: expected object, received undefined',
    );
  });
});
