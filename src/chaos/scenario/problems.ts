import { nearest } from '../../faults/nearest.ts';
import type { Probe, Trigger } from '../../model/scenario.ts';
import { type Path, type Problem, printPath } from '../problems.ts';
import { describeBadValue } from '../quantities.ts';
import type { ChaosSettings, Phase } from '../settings.ts';
import { endsByItself } from './timing.ts';

/**
 * What phases, probes and triggers say of each other that can't be: names that nothing has or that two have, circles. Each of them
 * is right by itself.
 */
export function scenarioProblems({ phases = [], steadyState, abortOn = [] }: ChaosSettings): Problem[] {
  const probes = steadyState?.probes ?? [];
  const names = phases.map(({ name }) => name);
  return [
    ...namesGivenTwice(names, ['phases']),
    ...namesGivenTwice(
      probes.map(({ name }) => name),
      ['steady_state', 'probes'],
    ),
    ...phases.flatMap((phase, index) => afterProblems(phase, phases, ['phases', index, 'after'])),
    ...triggersOf(phases, abortOn).flatMap(([trigger, path, owner]) =>
      triggerProblems(trigger, path, owner, names, probes),
    ),
    ...circles(phases),
  ];
}

function namesGivenTwice(names: readonly string[], list: Path): Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (first === index) return [];
    const path = [...list, index, 'name'];
    const text = `${printPath(path)} is ${JSON.stringify(name)}, and so is ${printPath([...list, first, 'name'])}`;
    return [{ path, pointsAt: 'value' as const, text }];
  });
}

function afterProblems({ begin }: Phase, phases: readonly Phase[], path: Path): Problem[] {
  if (begin.kind !== 'after') return [];
  const others = phases.filter((_, index) => index !== path[1]);
  const before = others.find(({ name }) => name === begin.phase);
  if (before === undefined) {
    const known = others.map(({ name }) => name);
    return [unknown(path, begin.phase, 'the name of another phase', known)];
  }
  if (endsByItself(before)) return [];
  const why = before.everyMs ? 'it has every and no times' : 'it has no for and no until';
  const text = `${printPath(path)} is ${JSON.stringify(before.name)}, which is never over: ${why}`;
  return [{ path, pointsAt: 'value', text }];
}

function unknown(path: Path, given: string, what: string, known: readonly string[]): Problem {
  const allowed =
    known.length === 0 ? `${what}, and there is none` : `${what}: ${known.map((one) => `"${one}"`).join(', ')}`;
  const text = describeBadValue(printPath(path), JSON.stringify(given), allowed, nearest(given, known));
  return { path, pointsAt: 'value', text };
}

type Placed = readonly [trigger: Trigger, path: Path, owner: string | undefined];

function triggersOf(phases: readonly Phase[], abortOn: readonly Trigger[]): Placed[] {
  const ofPhases = phases.flatMap(({ name, begin, until }, index): Placed[] => [
    ...(begin.kind === 'on' ? [[begin.trigger, ['phases', index, 'on'], name] as const] : []),
    ...(until ? [[until, ['phases', index, 'until'], name] as const] : []),
  ]);
  return [...ofPhases, ...abortOn.map((trigger, index): Placed => [trigger, ['abort_on', index], undefined])];
}

function triggerProblems(
  { event }: Trigger,
  path: Path,
  owner: string | undefined,
  phases: readonly string[],
  probes: readonly Probe[],
): Problem[] {
  if (event.kind === 'phase') {
    const others = phases.filter((name) => name !== owner);
    return others.includes(event.phase)
      ? []
      : [unknown([...path, 'phase'], event.phase, 'the name of another phase', others)];
  }
  if (event.kind !== 'probe') return [];
  const place = [...path, 'probe'];
  const probe = probes.find(({ name }) => name === event.probe);
  if (probe === undefined) {
    return [
      unknown(
        place,
        event.probe,
        'the name of a probe',
        probes.map(({ name }) => name),
      ),
    ];
  }
  if (probe.check.includes('during')) return [];
  const text = `${printPath(place)} is ${JSON.stringify(probe.name)}, which is not asked while the command runs: add "during" to its check`;
  return [{ path: place, pointsAt: 'value', text }];
}

/** Phases each of which begins only after another one of them. */
function circles(phases: readonly Phase[]): Problem[] {
  const before = new Map(phases.map((phase) => [phase.name, waitsFor(phase)]));
  const seen = new Set<string>();
  return phases.flatMap(({ name, begin }, index) => {
    const way = [name];
    for (let next = before.get(name); next !== undefined && !seen.has(next); next = before.get(next)) {
      way.push(next);
      if (way.indexOf(next) < way.length - 1) break;
    }
    // That nothing waits for itself is seen elsewhere.
    const isCircle = way.length > 2 && way.at(-1) === name;
    for (const one of way) seen.add(one);
    if (!isCircle) return [];
    const path = ['phases', index, begin.kind];
    const text = `${printPath(path)} makes a circle, so that none of them begins: ${way.map((one) => `"${one}"`).join(' after ')}`;
    return [{ path, pointsAt: 'key' as const, text }];
  });
}

function waitsFor({ begin }: Phase): string | undefined {
  if (begin.kind === 'after') return begin.phase;
  return begin.kind === 'on' && begin.trigger.event.kind === 'phase' ? begin.trigger.event.phase : undefined;
}
