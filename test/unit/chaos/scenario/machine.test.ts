import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../../src/chaos/config-file.ts';
import { ActivePhases } from '../../../../src/chaos/scenario/active.ts';
import { PhaseMachine, type Sight, type Transition } from '../../../../src/chaos/scenario/machine.ts';
import type { ChaosSettings } from '../../../../src/chaos/settings.ts';
import { arbitraryPhase, arbitraryTrigger, withSoundScenario } from '../../../support/arbitrary-scenario.ts';
import { runs } from '../../../support/runs.ts';

const EXACT: Sight = { exact: true, at: { task: '0', call: 'write', nth: 3 } };

function machineOf(phases: readonly object[], rest: object = {}, seed = 1): PhaseMachine {
  const settings = parseConfig(JSON.stringify({ phases, ...rest }));
  return new PhaseMachine(settings.phases ?? [], settings.abortOn ?? [], seed);
}

/** `begin 0.1 at 2s` of phase 0, instance 1. */
function show(transitions: readonly Transition[]): string[] {
  return transitions.map((made) =>
    made.kind === 'abort'
      ? `abort: ${made.turn.why}`
      : `${made.kind} ${made.phase}.${made.instance}: ${made.turn.why}${made.turn.exact ? ', exact' : ''}`,
  );
}

/** All that follows from the time alone, each with its moment. */
function byTime(machine: PhaseMachine, until: number): string[] {
  const said = show(machine.start(0)).map((text) => `0 ${text}`);
  for (let next = machine.nextMs(); next !== undefined && next <= until; next = machine.nextMs()) {
    const ms = next;
    said.push(...show(machine.at(ms)).map((text) => `${ms} ${text}`));
  }
  return said;
}

describe('by time', () => {
  it('a phase begins at a time, and ends after another one', () => {
    expect(byTime(machineOf([{ at: '2s', for: '5s', partition: true }]), 1e6)).toEqual([
      '2000 begin 0.1: at 2s',
      '7000 end 0.1: for 5s',
    ]);
  });

  it('without a begin it begins at the start, and without an end it ends with the run', () => {
    const machine = machineOf([{ partition: true }]);
    expect(byTime(machine, 1e6)).toEqual(['0 begin 0.1: the start, exact']);
    expect([machine.instanceOf(0), machine.isOver]).toEqual([1, true]);
    expect(show(machine.finish(9))).toEqual(['end 0.1: the run ended']);
  });

  it('it repeats from begin to begin', () => {
    expect(byTime(machineOf([{ at: '1s', for: '500ms', every: '2s', times: 3, partition: true }]), 1e6)).toEqual([
      '1000 begin 0.1: at 1s',
      '1500 end 0.1: for 500ms',
      '3000 begin 0.2: every 2s',
      '3500 end 0.2: for 500ms',
      '5000 begin 0.3: every 2s',
      '5500 end 0.3: for 500ms',
    ]);
  });

  it('between two times the seed draws: the same seed the same times', () => {
    const begins = (seed: number) =>
      byTime(machineOf([{ every: ['1s', '3s'], times: 20, signal: 'HUP' }], {}, seed), 1e6)
        .filter((text) => text.includes('begin'))
        .map((text) => Number.parseFloat(text));
    expect(begins(7)).toEqual(begins(7));
    expect(begins(7)).not.toEqual(begins(8));
    const gaps = begins(7).map((ms, index, all) => (index === 0 ? 2000 : ms - all[index - 1]!));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...gaps)).toBeLessThan(3000);
    expect(new Set(gaps).size).toBeGreaterThan(15);
  });

  it('the draws of a phase do not depend on other phases', () => {
    const nudge = { name: 'nudge', every: ['1s', '3s'], times: 5, signal: 'HUP' };
    const alone = byTime(machineOf([nudge]), 1e6);
    const beside = byTime(machineOf([nudge, { name: 'x', every: ['1s', '3s'], times: 5, signal: 'HUP' }]), 1e6);
    expect(beside.filter((text) => / 0\.\d/.test(text))).toEqual(alone);
  });

  it('late is late: it lasts as long, and the next one is not later for it', () => {
    const machine = machineOf([{ at: '1s', for: '1s', every: '5s', times: 2, partition: true }]);
    machine.start(0);
    expect(show(machine.at(1400))).toEqual(['begin 0.1: at 1s']);
    expect(machine.nextMs()).toBe(2400);
    expect(show(machine.at(2400))).toEqual(['end 0.1: for 1s']);
    expect(machine.nextMs()).toBe(6000);
  });

  it('a moment ends as it begins', () => {
    expect(byTime(machineOf([{ at: '1s', signal: 'HUP' }]), 1e6)).toEqual([
      '1000 begin 0.1: at 1s',
      '1000 end 0.1: at once',
    ]);
    const down = [{ at: '1s', restart: true, for: '2s' }];
    expect(byTime(machineOf(down), 1e6)).toEqual(['1000 begin 0.1: at 1s', '3000 end 0.1: for 2s']);
  });
});

describe('after', () => {
  it('a phase begins when another one is over, as exactly as that', () => {
    const machine = machineOf([
      { name: 'slow', until: { output: 'enough' }, network_latency: '1s' },
      { name: 'down', after: 'slow', for: '2s', partition: true },
    ]);
    machine.start(0);
    expect(machine.happened([0], 500, EXACT)).toEqual([
      { kind: 'end', phase: 0, instance: 1, turn: { why: 'output /enough/', ...EXACT } },
      { kind: 'begin', phase: 1, instance: 1, turn: { why: 'after slow', ...EXACT } },
    ]);
    expect(show(machine.at(2500))).toEqual(['end 1.1: for 2s']);
    expect(machine.isOver).toBe(true);
  });

  it('a repeated phase is over after its last time', () => {
    const phases = [
      { name: 'a', every: '1s', for: '100ms', times: 2, partition: true },
      { name: 'b', after: 'a', signal: 'HUP' },
    ];
    expect(byTime(machineOf(phases), 1e6)).toEqual([
      '0 begin 0.1: the start, exact',
      '100 end 0.1: for 100ms',
      '1000 begin 0.2: every 1s',
      '1100 end 0.2: for 100ms',
      '1100 begin 1.1: after a',
      '1100 end 1.1: at once',
    ]);
  });

  it('what begins on the end of another one begins at each of its ends', () => {
    const phases = [
      { name: 'a', every: '1s', for: '100ms', times: 3, partition: true },
      { name: 'b', on: { phase: 'a', is: 'ended', nth: 2 }, signal: 'HUP' },
    ];
    expect(byTime(machineOf(phases), 1e6).filter((text) => text.includes(' 1.'))).toEqual([
      '1100 begin 1.1: phase a has ended, time 2',
      '1100 end 1.1: at once',
    ]);
  });
});

describe('on and until', () => {
  it('count from when they are waited for', () => {
    const machine = machineOf([
      { on: { output: 'ready', nth: 2 }, until: { output: 'ready' }, times: 2, partition: true },
    ]);
    expect(machine.start(0)).toEqual([]);
    const seen = [1, 2, 3, 4, 5, 6, 7].map((ms) => show(machine.happened([0, 1], ms, EXACT)));
    const begins = (n: number) => [`begin 0.${n}: output /ready/, time 2, exact`];
    const ends = (n: number) => [`end 0.${n}: output /ready/, exact`];
    expect(seen).toEqual([[], begins(1), ends(1), [], begins(2), ends(2), []]);
    expect([machine.isWaitedFor(0), machine.isWaitedFor(1)]).toEqual([false, false]);
  });

  it('a delay makes them a matter of time', () => {
    const machine = machineOf([{ on: { listen: ':80', delay: '250ms' }, for: '1s', partition: true }]);
    machine.start(0);
    expect(machine.happened([0], 100, EXACT)).toEqual([]);
    expect(machine.nextMs()).toBe(350);
    expect(machine.at(350)).toMatchObject([{ kind: 'begin', turn: { exact: false, at: undefined } }]);
  });

  it('the earlier of for and until ends it, and the other one is forgotten', () => {
    const machine = machineOf([{ for: '1s', until: { output: 'x', delay: '5s' }, every: '9s', partition: true }]);
    machine.start(0);
    machine.happened([0], 10, EXACT);
    expect(show(machine.at(1000))).toEqual(['end 0.1: for 1s']);
    expect(show(machine.at(5010))).toEqual([]);
    expect(show(machine.at(9000))).toEqual(['begin 0.2: every 9s']);
  });

  it('at one moment ends come before begins', () => {
    const machine = machineOf([
      { name: 'b', on: { output: 'x' }, partition: true },
      { name: 'a', until: { output: 'x' }, partition: true },
    ]);
    machine.start(0);
    expect(show(machine.happened([0, 1], 1, EXACT))).toEqual([
      'end 1.1: output /x/, exact',
      'begin 0.1: output /x/, exact',
    ]);
  });

  it('an abort is told once', () => {
    const machine = machineOf([{ partition: true }], { abort_on: [{ output: 'a' }, { output: 'b', delay: '1s' }] });
    machine.start(0);
    expect(show(machine.happened([1], 1, EXACT))).toEqual([]);
    expect(show(machine.happened([0], 2, EXACT))).toEqual(['abort: output /a/']);
    expect([...machine.at(5000), ...machine.happened([0, 1], 5001, EXACT)]).toEqual([]);
  });
});

describe('by hand', () => {
  const turn = { why: 'by hand', exact: false, at: undefined };

  it('a phase on request begins when it is asked to', () => {
    const machine = machineOf([{ on: 'request', for: '1s', partition: true }]);
    expect([machine.start(0), machine.nextMs(), machine.isOver]).toEqual([[], undefined, false]);
    expect(show(machine.begin(0, 5, turn))).toEqual(['begin 0.1: by hand']);
    expect(machine.begin(0, 6, turn)).toEqual([]);
    expect(show(machine.end(0, 7, turn))).toEqual(['end 0.1: by hand']);
    expect(show(machine.begin(0, 8, turn))).toEqual(['begin 0.2: by hand']);
  });

  it('who has begun by hand does not begin at its time too', () => {
    const machine = machineOf([{ at: '1s', for: '100ms', partition: true }]);
    machine.start(0);
    expect(show(machine.begin(0, 5, turn))).toEqual(['begin 0.1: by hand']);
    expect(show(machine.at(105))).toEqual(['end 0.1: for 100ms']);
    expect(machine.nextMs()).toBeUndefined();
  });
});

describe('laws', () => {
  const scenario: fc.Arbitrary<ChaosSettings> = fc
    .record({
      phases: fc.array(arbitraryPhase(fc.constant({ partition: true })), { minLength: 1, maxLength: 5 }),
      abortOn: fc.array(arbitraryTrigger, { maxLength: 1 }),
    })
    .map(withSoundScenario);
  const steps = fc.array(
    fc.record({ wait: fc.nat(100_000), trigger: fc.option(fc.nat(9), { nil: undefined }), exact: fc.boolean() }),
    { maxLength: 60 },
  );
  interface Step {
    readonly wait: number;
    readonly trigger: number | undefined;
    readonly exact: boolean;
  }
  interface Told {
    readonly ms: number;
    readonly made: Transition;
  }

  function play({ phases = [], abortOn = [] }: ChaosSettings, given: readonly Step[], seed: number): Told[] {
    const machine = new PhaseMachine(phases, abortOn, seed);
    const told: Told[] = [];
    const note = (ms: number, made: readonly Transition[]) => void told.push(...made.map((one) => ({ ms, made: one })));
    let now = 0;
    note(0, machine.start(0));
    for (const { wait, trigger, exact } of given) {
      now += wait;
      note(now, machine.at(now));
      const number = trigger === undefined ? -1 : trigger % Math.max(1, machine.watched.length);
      if (number >= 0 && machine.watched.length > 0)
        note(now, machine.happened([number], now, { exact, at: undefined }));
    }
    note(now, machine.finish(now));
    expect(machine.nextMs()).toBeUndefined();
    expect(machine.at(now + 1e9)).toEqual([]);
    expect(phases.map((_, index) => machine.instanceOf(index))).toEqual(phases.map(() => 0));
    return told;
  }

  it('the same events make the same transitions', () => {
    fc.assert(
      fc.property(scenario, steps, fc.nat(), (settings, given, seed) => {
        expect(play(settings, given, seed)).toEqual(play(settings, given, seed));
      }),
      { numRuns: runs(150) },
    );
  });

  it('of each phase begin and end alternate, instances count from 1, and nothing is on after the end', () => {
    fc.assert(
      fc.property(scenario, steps, fc.nat(), (settings, given, seed) => {
        const told = play(settings, given, seed);
        settings.phases!.forEach((phase, index) => {
          const own = told.map(({ made }) => made).filter((made) => made.kind !== 'abort' && made.phase === index);
          own.forEach((made, at) => {
            if (made.kind === 'abort') return;
            expect([made.kind, made.instance]).toEqual([at % 2 === 0 ? 'begin' : 'end', Math.floor(at / 2) + 1]);
          });
          expect(own.length % 2).toBe(0);
          if (phase.times !== undefined) expect(own.length / 2).toBeLessThanOrEqual(phase.times);
        });
      }),
      { numRuns: runs(150) },
    );
  });

  it('no instance is longer than its for, where the clock is asked in time', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), ({ phases = [] }, seed) => {
        const machine = new PhaseMachine(phases, [], seed);
        const began = new Map<number, number>();
        const note = (ms: number, made: readonly Transition[]) => {
          for (const one of made) {
            if (one.kind === 'begin') began.set(one.phase, ms);
            else if (one.kind === 'end' && phases[one.phase]!.forMs !== undefined) {
              expect(ms - began.get(one.phase)!).toBeLessThanOrEqual(phases[one.phase]!.forMs! + 1e-6);
            }
          }
        };
        note(0, machine.start(0));
        for (let count = 0; count < 100; count++) {
          const next = machine.nextMs();
          if (next === undefined) break;
          note(next, machine.at(next));
        }
      }),
      { numRuns: runs(100) },
    );
  });
});

it('all threads see which phases are on', () => {
  const ours = new ActivePhases(3);
  const theirs = new ActivePhases(ours.shared);
  ours.set(1, 4);
  expect([0, 1, 2].map((phase) => theirs.instanceOf(phase))).toEqual([0, 4, 0]);
  ours.set(1, 0);
  expect(theirs.instanceOf(1)).toBe(0);
});
