import { describe, expect, it } from 'vitest';
import { cleanRuns } from '../../../../../src/campaign/sweep/clean/clean-runs.ts';
import type { PerformOptions } from '../../../../../src/campaign/sweep/performer.ts';
import type { Compared } from '../../../../../src/model/fault-campaign-request.ts';
import type { Observation } from '../../../../../src/model/sweep.ts';
import { observation, output, written } from '../../../../support/observations.ts';
import { frame, run } from '../../../../support/recorded-runs.ts';

const stacks = [
  [frame('x'), frame('m')],
  [frame('y'), frame('m')],
];

/** Performs runs that are made up: `make` is told which run it is, from 0, and how still it is. */
async function clean(
  make: (index: number, options: PerformOptions) => Partial<Observation>,
  compare: readonly Compared[] = ['stdout', 'files'],
) {
  const asked: PerformOptions[] = [];
  const perform = async (options: PerformOptions): Promise<Observation> => {
    asked.push(options);
    return observation(make(asked.length - 1, options));
  };
  return { asked, result: await cleanRuns(perform, { command: 'prog', compare, pause: async () => {} }) };
}

describe('clean runs', () => {
  it('are three, and two for the time, and no more if they are the same', async () => {
    const recorded = run(stacks, [{}, { stack: 1 }, {}]);
    const { asked, result } = await clean(() => ({ recorded, stdout: output('hello') }));
    expect(asked.map(({ record }) => record)).toEqual([true, true, true, false, false]);
    expect(result).toMatchObject({
      notes: [],
      notTried: [],
      runs: 5,
      options: { stillness: { clock: false }, usualCalls: { read: 3 } },
    });
    expect(result.recorded.calls).toHaveLength(3);
    expect(result.sites.size).toBe(2);
  });

  it('show in another place what differs with inodes and times of files', async () => {
    const changes = (digest: string) => [written('index', digest)];
    const perform = async () => observation({ changes: changes('7') });
    const elsewhere = async () => observation({ changes: changes('9') });
    const options = { command: 'prog', compare: ['files'], pause: async () => {} } as const;
    const here = await cleanRuns(perform, options);
    expect(here.notes).toEqual([]);
    const both = await cleanRuns(perform, { ...options, elsewhere });
    expect(both.notes).toEqual([expect.stringContaining('index differs between good runs')]);
  });

  it('stand still if they differ without', async () => {
    const { asked, result } = await clean((index, { stillness }) => ({
      stdout: output(stillness.clock ? 'apple' : ['apple', 'pear', 'plum'][index]!),
    }));
    expect(asked).toHaveLength(8);
    expect(result.options.stillness).toEqual({ clock: true, entropy: true });
    expect(result.notes).toEqual([expect.stringContaining('stands still')]);
  });

  it('are not taken from a still clock that the command can not bear', async () => {
    const { result } = await clean((index, { stillness }) => ({
      stdout: output(`pid ${stillness.clock ? 1 : index}`),
      end: { kind: 'exited', status: stillness.clock ? 1 : 0 },
    }));
    expect(result.options.stillness.clock).toBe(false);
    expect(result.results.mask.text('stdout', 'pid 77')).toBe('pid *');
  });

  it('leave out calls that come in another order, and say so', async () => {
    const { result } = await clean((index) => ({
      recorded: run(stacks, index % 3 === 1 ? [{ stack: 1 }, {}, {}] : [{}, { stack: 1 }, {}]),
    }));
    expect(result.recorded.calls.map(({ ordinal }) => ordinal)).toEqual([3]);
    expect(result.notTried).toEqual([expect.objectContaining({ count: 1 })]);
    expect(result.sites.size).toBe(2);
  });

  it('learn from the two for the time, too, what differs: threads take other turns there', async () => {
    const pack = (record: boolean, index: number) => written(`pack-${record ? 'aaaaaa' : 'bbbbb'}${index}`);
    const { result } = await clean((index, { record }) => ({ changes: [pack(record, record ? 0 : index)] }));
    const [masked] = result.results.mask.changes([pack(false, 7)]);
    expect(masked?.path).toBe(result.results.mask.changes(result.results.observation.changes)[0]?.path);
    expect(result.notes).toEqual([expect.stringContaining('the name of a file differs')]);
  });

  it('refuse a command that fails only where it is not slowed down', async () => {
    const make = (_: number, { record }: PerformOptions): Partial<Observation> => ({
      end: { kind: 'exited', status: record ? 0 : 1 },
    });
    await expect(clean(make)).rejects.toMatchObject({ code: 'FAILS_BY_ITSELF' });
  });

  it('give deadlines of ten times the longest, and of some seconds at least', async () => {
    const deadlines = async (recordedMs: number, ms: number) => {
      const { result } = await clean((_, { record }) => ({ durationMs: record ? recordedMs : ms }));
      return [result.recordedDeadlineMs, result.options.deadlineMs, result.options.usualMs];
    };
    expect(await deadlines(10, 5)).toEqual([5000, 5000, 5]);
    expect(await deadlines(3000, 700)).toEqual([30_000, 7000, 700]);
  });

  it.each<[string, Partial<Observation>, string]>([
    [
      'exits with another status',
      { end: { kind: 'exited', status: 3 }, stderr: output('no such file\n') },
      'no such file',
    ],
    ['dies of a signal', { end: { kind: 'signalled', signal: 'SIGSEGV' } }, 'SIGSEGV'],
    ['sleeps', { end: { kind: 'hung', afterMs: 100, where: 'read' } }, 'sleeps'],
    ['fails its check', { verify: { passed: false, status: 1, timedOut: false, output: 'bad zip' } }, 'bad zip'],
  ])('refuse a command that %s', async (_, made, message) => {
    await expect(clean(() => made)).rejects.toMatchObject({
      code: 'FAILS_BY_ITSELF',
      message: expect.stringContaining(message),
    });
  });

  it.each<[string, (index: number) => Partial<Observation>, string]>([
    [
      'says other things',
      (index) => ({ stdout: output(['a', 'b\nc'][index % 2]!) }),
      'line 1 of stdout is "a", then "b"',
    ],
    ['changes other files', (index) => ({ changes: index % 2 ? [] : [written('a')] }), 'some runs only: a'],
  ])('refuse a command that %s each time', async (_, make, message) => {
    await expect(clean(make)).rejects.toMatchObject({
      code: 'UNSTABLE_COMMAND',
      message: expect.stringContaining(message),
    });
  });

  it('do not refuse what a service writes to its log', async () => {
    const client = { passed: true, status: 0, timedOut: false, output: 'hello' };
    const served = { ready: true, client, again: undefined, endedEarly: false };
    const { result } = await clean((index) => ({ served, stdout: output(['a', 'b\nc'][index % 2]!) }));
    expect(result.results.stable).toContain('client');
  });

  it('do not refuse differences in what is not compared', async () => {
    const { result } = await clean((index) => ({ stdout: output(['a', 'b\nc'][index % 2]!) }), ['files']);
    expect(result.results.stable).toEqual(['stderr', 'client']);
  });
});
