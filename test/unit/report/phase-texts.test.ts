import { describe, expect, it } from 'vitest';
import type { PhaseUse, ProbeUse } from '../../../src/model/scenario.ts';
import { createColors } from '../../../src/report/colors.ts';
import { phaseTexts, probeTexts } from '../../../src/report/phase-texts.ts';

const plain = createColors(false);
const clock = (why: string) => ({ why, exact: false, at: undefined });

function phase(name: string, beganMs: number, endedMs: number | undefined, more: Partial<PhaseUse> = {}): PhaseUse {
  const ended = endedMs === undefined ? undefined : clock('for 1s');
  return { name, instance: 1, beganMs, endedMs, began: clock('at 1s'), ended, over: [], error: undefined, ...more };
}

describe('phases in the closing block', () => {
  it('have a bar on the scale of the run, and say by what they began and ended', () => {
    const began = { why: 'output /ready/', exact: true, at: { task: '0', call: 'write', nth: 3 } };
    const phases = [
      phase('slow', 6000, 12_000, { began }),
      phase('squeeze', 12_000, undefined, { over: ['cpu_limit'] }),
    ];
    expect(phaseTexts(phases, 24_000, plain)).toEqual([
      'slow           ██████              6.00 s to 12.0 s: output /ready/ (write #3 of task 0), for 1s',
      'squeeze              ████████████  12.0 s to the end: at 1s',
      '                                   a later phase won: cpu_limit',
    ]);
  });

  it('the call after which the clock began one is not why it began', () => {
    const began = { why: 'at 1s', exact: false, at: { task: '0', call: 'write', nth: 3 } };
    expect(phaseTexts([phase('a', 0, 1000, { began })], 1000, plain)).toEqual([
      `a  ${'█'.repeat(24)}  0.00 s to 1.00 s: at 1s, for 1s`,
    ]);
  });

  it('a moment has one time, and of many the rest is counted', () => {
    const often = [0, 1, 2, 3, 4, 5].map((second, index) =>
      phase('nudge', second * 1000, second * 1000 + 20, { instance: index + 1, ended: clock('at once') }),
    );
    expect(phaseTexts(often, 6000, plain)).toEqual([
      'nudge  ▎   ▎   ▎   ▎   ▎   ▎     0.00 s: at 1s',
      '                                 1.00 s: at 1s',
      '                                 2.00 s: at 1s',
      '                                 3.00 s: at 1s',
      '                                 and 2 times more',
    ]);
  });

  it('what could not be done is said', () => {
    expect(phaseTexts([phase('a', 0, 1000, { error: 'no such task' })], 1000, plain).at(-1)).toMatch(
      /^ +no such task$/,
    );
  });
});

describe('probes in the closing block', () => {
  const probe = (checks: ProbeUse['checks'], more: Partial<ProbeUse> = {}): ProbeUse => ({
    name: 'up',
    checks,
    asked: checks.length,
    recoveredMs: undefined,
    withinMs: undefined,
    ...more,
  });

  it('tell each moment by its last answer', () => {
    const checks = [
      { when: 'before', ms: 10, ok: false, said: 'refused' },
      { when: 'before', ms: 90, ok: true, said: '200' },
      { when: 'after', ms: 900, ok: true, said: '200' },
    ] as const;
    expect(probeTexts([probe(checks, { recoveredMs: 310, withinMs: 10_000 })], plain)).toEqual([
      'up: before ok; after ok; recovered in 0.31 s of 10.0 s',
    ]);
  });

  it('while the command ran by the first bad one', () => {
    const checks = [
      { when: 'during', ms: 1000, ok: true, said: '200' },
      { when: 'during', ms: 2000, ok: false, said: '500' },
      { when: 'during', ms: 3000, ok: true, said: '200' },
    ] as const;
    expect(probeTexts([probe(checks)], plain)).toEqual(['up: during failed at 2.00 s: 500']);
  });

  it('one that could not be asked is never a pass', () => {
    const checks = [{ when: 'after', ms: 1000, ok: 'unknown', said: 'no curl' }] as const;
    expect(probeTexts([probe(checks), probe([])], plain)).toEqual([
      'up: after could not be asked at 1.00 s: no curl',
      'up: not asked',
    ]);
  });
});
