import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/chaos/config-file.ts';
import { winsOver } from '../../../../src/chaos/scenario/overlaps.ts';
import { timeLine } from '../../../../src/chaos/scenario/time-line.ts';

const phasesOf = (phases: readonly object[]) => parseConfig(JSON.stringify({ phases })).phases!;

describe('the time line', () => {
  it('has a part for the start, and one for each thing that is waited for', () => {
    const phases = phasesOf([
      { name: 'slow', on: { listen: ':80' }, for: '5s', network_latency: '1s' },
      { name: 'full', after: 'slow', for: '2s', partition: true },
      { name: 'early', at: '1s', until: { output: 'x' }, partition: true },
      { name: 'late', after: 'early', signal: 'HUP' },
      { name: 'asked', on: 'request', partition: true },
    ]);
    expect(timeLine(phases, 1)).toEqual([
      {
        when: undefined,
        ends: undefined,
        rows: [{ index: 2, spans: [{ fromMs: 1000, toMs: undefined }], more: false }],
      },
      {
        when: phases[0]!.begin.kind === 'on' && phases[0]!.begin.trigger,
        ends: undefined,
        rows: [
          { index: 0, spans: [{ fromMs: 0, toMs: 5000 }], more: false },
          { index: 1, spans: [{ fromMs: 5000, toMs: 7000 }], more: false },
        ],
      },
      { when: phases[2]!.until, ends: 'early', rows: [{ index: 3, spans: [{ fromMs: 0, toMs: 0 }], more: false }] },
      { when: 'request', ends: undefined, rows: [{ index: 4, spans: [{ fromMs: 0, toMs: undefined }], more: false }] },
    ]);
  });

  it('shows four instances of a phase that comes again for ever', () => {
    const [part] = timeLine(phasesOf([{ name: 'a', every: '2s', for: '1s', partition: true }]), 1);
    expect(part!.rows[0]!.spans.map(({ fromMs }) => fromMs)).toEqual([0, 2000, 4000, 6000]);
    expect(part!.rows[0]!.more).toBe(true);
  });

  it('does not wait for ever where nothing ends', () => {
    const phases = phasesOf([
      { name: 'a', every: '2s', until: { output: 'x' }, partition: true },
      { name: 'b', every: '1s', signal: 'HUP' },
    ]);
    const rows = timeLine(phases, 1)[0]!.rows;
    expect(rows.map(({ spans, more }) => [spans.length, more])).toEqual([
      [1, true],
      [4, true],
    ]);
  });
});

it('a later phase wins over the options of those before it, but for the one that it comes after', () => {
  const phases = phasesOf([
    { name: 'a', for: '1s', network_latency: '1s', packet_loss_rate: 0.1 },
    { name: 'b', after: 'a', network_latency: '2s', packet_loss_rate: 0.2 },
    { name: 'c', at: '1s', packet_loss_rate: 0.3, rules: { syscall: 'read', error: 'EIO' } },
  ]);
  expect(phases.map((_, index) => winsOver(index, phases))).toEqual([
    [],
    [],
    ['packet_loss_rate of a', 'packet_loss_rate of b'],
  ]);
});
