import { describe, expect, it } from 'vitest';
import { ControlledRun } from '../../../../src/run/control/controlled-run.ts';
import { answer } from '../../../../src/run/control/requests.ts';
import type { RunControl, RunStatus } from '../../../../src/run/control/run-control.ts';

const identity = { command: ['sleep', '9'], pid: 7, seed: 3, startMs: 0 };

function runWith(names: readonly string[]): { readonly control: ControlledRun; readonly done: string[] } {
  const on = new Set<string>();
  const done: string[] = [];
  const phases = {
    async begin(phase: string) {
      on.add(phase);
      done.push(`begin ${phase}`);
    },
    async end(phase: string) {
      on.delete(phase);
      done.push(`end ${phase}`);
    },
    states: () => names.map((name) => ({ name, isOn: on.has(name), instance: 0, sinceMs: undefined })),
  };
  return { control: new ControlledRun(identity, phases, () => []), done };
}

describe('a request', () => {
  it('begins and ends a phase, whose name may have spaces', async () => {
    const { control, done } = runWith(['net', 'disk full']);
    expect(await answer('begin disk full', control)).toEqual({ ok: true });
    expect(await answer(' end   disk full ', control)).toEqual({ ok: true });
    expect(done).toEqual(['begin disk full', 'end disk full']);
  });

  it('for a status is answered with it', async () => {
    const { control } = runWith(['net']);
    await answer('begin net', control);
    const reply = await answer('status', control);
    expect(reply).toMatchObject({
      ok: true,
      status: { command: ['sleep', '9'], pid: 7, seed: 3, phases: [{ name: 'net', on: true, since_ms: null }] },
    });
  });

  it.each([
    ['', 'BAD_REQUEST', 'not a request: ""; allowed: begin PHASE, end PHASE, status'],
    ['begin', 'BAD_REQUEST', 'not a request: "begin"; allowed: begin PHASE, end PHASE, status'],
    ['status now', 'BAD_REQUEST', 'not a request: "status now"; allowed: begin PHASE, end PHASE, status'],
    ['stop net', 'BAD_REQUEST', 'not a request: "stop net"; allowed: begin PHASE, end PHASE, status'],
    ['begin nett', 'UNKNOWN_PHASE', 'there is no phase "nett"; did you mean "net"?'],
    ['begin frobnicate', 'UNKNOWN_PHASE', 'there is no phase "frobnicate"; allowed: net, disk full'],
  ])('%j is refused: %s', async (line, code, message) => {
    const { control } = runWith(['net', 'disk full']);
    expect(await answer(line, control)).toEqual({ ok: false, code, message });
  });

  it('is refused where there are no phases, and when the run is over', async () => {
    const { control } = runWith(['net']);
    expect(await answer('begin net', new ControlledRun(identity, undefined, () => []))).toMatchObject({
      message: 'there is no phase "net"; this run has no phases',
    });
    control.over();
    expect(await answer('end net', control)).toMatchObject({ code: 'PHASE_STATE', message: 'the run is over' });
  });

  it("a failure that is not the request's is not told as one", async () => {
    const broken: RunControl = {
      begin: () => Promise.reject(new Error('broken')),
      end: () => Promise.resolve(),
      status: (): RunStatus => ({ ...identity, elapsed_ms: 0, phases: [], probes: [] }),
    };
    await expect(answer('begin x', broken)).rejects.toThrow('broken');
  });
});
