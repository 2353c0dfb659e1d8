import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { SweepOptions } from '../../../../src/campaign/sweep/library/sweep-options.ts';
import { toRequest } from '../../../../src/campaign/sweep/library/to-request.ts';
import * as full from '../../../../src/chaos-full.ts';
import * as main from '../../../../src/index.ts';
import type { SweepFinding } from '../../../../src/model/sweep.ts';
import type { SweepRequest } from '../../../../src/model/sweep-request.ts';
import type { SweepResult, SweptCase } from '../../../../src/model/sweep-result.ts';

const input = realpathSync(mkdtempSync(path.join(tmpdir(), 'renacer-input-')));
afterAll(() => rmSync(input, { recursive: true }));

describe('what the library asks for', () => {
  it('is what the command line asks for, if nothing is said', () => {
    expect(toRequest('cat', ['a'], { input, results: '/tmp/r.ndjson' })).toEqual({
      command: 'cat',
      args: ['a'],
      input,
      stdin: undefined,
      env: {},
      ignore: [],
      compare: ['stdout', 'files'],
      verify: undefined,
      verifyAlways: undefined,
      protect: undefined,
      faults: ['errors', 'short', 'persistent'],
      every: false,
      depth: 1,
      maxRuns: undefined,
      only: undefined,
      paths: [],
      errors: undefined,
      sites: [],
      quick: false,
      forMs: undefined,
      jobs: undefined,
      isolation: 'full',
      network: 'own',
      ready: undefined,
      drive: undefined,
      results: '/tmp/r.ndjson',
      resume: undefined,
      findingsDirectory: '/tmp/r.findings',
      ownFiles: ['/tmp/r.findings', '/tmp/r.ndjson'],
      self: 'renacer',
    } satisfies SweepRequest);
  });

  it('reads sets of calls, and paths from the current directory', () => {
    const { only, findingsDirectory } = toRequest('cat', [], { only: ['read', '/^write'], findings: 'here' });
    expect(only).toEqual(expect.arrayContaining(['read', 'write', 'writev']));
    expect(findingsDirectory).toBe(path.resolve('here'));
  });

  it.each<[SweepOptions, RegExp]>([
    [{ input: '/no/such' }, /input: "\/no\/such" is no directory to copy/],
    [{ maxRuns: 0 }, /maxRuns: /],
    [{ forMs: Number.NaN }, /forMs: /],
    [{ faults: [] }, /faults: /],
    [{ errors: ['ENOSPACE'] }, /errors.0: it is no name of an error, such as ENOSPC/],
    [{ ready: 'udp:1', drive: 'true' }, /ready: it is none of tcp:PORT, file:PATH, output:TEXT/],
    [{ ready: 'tcp:65536', drive: 'true' }, /ready: it is none of tcp:PORT/],
    [{ errors: [] }, /errors: /],
    [{ isolation: false, network: 'host' }, /without isolation it has the network of this machine/],
    [{ ready: 'tcp:1' }, /ready and drive go together/],
    [{ quick: true, every: true }, /quick and every can't go together/],
    [{ quick: true, depth: 2 }, /quick and depth 2 can't go together/],
    [{ results: 'a', resume: 'a' }, /results and resume can't go together/],
    [{ verify: ' ' }, /verify: it is empty/],
    [{ runs: 3 } as SweepOptions, /[Uu]nrecognized key: "runs"/],
  ])('refuses %j', (options, message) => {
    expect(() => toRequest('cat', [], { input, ...options })).toThrow(message);
  });
});

describe('sweep of the library', () => {
  it('is a promise of a result and a stream of cases, from the entry points with all tiers', () => {
    expect(main.sweep).toBe(full.sweep);
    expectTypeOf(main.sweep).parameter(2).toEqualTypeOf<SweepOptions | undefined>();
    expectTypeOf<main.Sweep>().toExtend<Promise<SweepResult>>();
    expectTypeOf<main.Sweep>().toExtend<AsyncIterable<SweptCase>>();
    expectTypeOf<SweepResult['findings']>().toEqualTypeOf<readonly SweepFinding[]>();
    expectTypeOf<SweepOptions['faults']>().toEqualTypeOf<
      readonly ('errors' | 'short' | 'persistent' | 'kill')[] | undefined
    >();
  });

  it('rejects for what is wrong, and ends its stream', async () => {
    const sweeping = main.sweep('no-such-command', [], { input });
    const cases: SweptCase[] = [];
    const taking = (async () => {
      for await (const one of sweeping) cases.push(one);
    })();
    await expect(sweeping).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await taking;
    expect(cases).toEqual([]);
    await expect(main.sweep('true', [], { depth: 3 } as unknown as SweepOptions)).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
  });
});
