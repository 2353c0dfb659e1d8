import type { LoggedChoice } from './choice-log.ts';
import type { PlannedSwitch } from './followed-switches.ts';

/**
 * All orders with one more switch than this one that no other order leads to: the switch comes after all of its own. From the order without any
 * switch on, each order is reached once, those with fewer switches first (delay bounding: Emmi et al., 2011).
 *
 * @param switches of an order that was run
 * @param choices that were made in it, in their order
 */
export function furtherSwitches<S extends PlannedSwitch>(
  switches: readonly S[],
  choices: readonly LoggedChoice[],
): (readonly (S | (PlannedSwitch & Pick<LoggedChoice, 'why'>))[])[] {
  const last = switches.at(-1);
  const from = last === undefined ? 0 : choices.findIndex(({ task, point }) => isAt(last, task, point)) + 1;
  // It did not come to its last switch.
  if (last !== undefined && from === 0) return [];
  return choices
    .slice(from)
    .flatMap(({ task, point, why, others }) => others.map((to) => [...switches, { task, point, why, to }]));
}

function isAt(one: PlannedSwitch, task: string, point: number): boolean {
  return one.task === task && one.point === point;
}
