import type { ScheduleUse, Switch } from '../model/schedule.ts';
import type { Colors } from './colors.ts';

/** Switches that are listed one by one. */
const LISTED = 4;

/** What the closing block says of the order in which tasks ran. */
export function scheduleTexts(use: ScheduleUse | undefined, { yellow }: Colors): string[] {
  if (!use) return [];
  const { strategy, points, choices, switches, omittedSwitches, forced, notExact, pointsRefused } = use;
  const made = switches.length + omittedSwitches;
  const gaveWay = forced > 0 ? `, ${forced} times a task was made to give way` : '';
  const how = strategy === 'recorded' ? 'as recorded' : strategy;
  const shown = made <= LISTED ? switches.map(switchText) : [];
  const exact =
    notExact.length === 0
      ? 'exact: the same seed leads to the same order'
      : yellow(`not exact: ${notExact.join('; ')}`);
  return [`${how}, at ${points}: ${made} switches in ${choices} choices${gaveWay}`, ...shown, exact, ...pointsRefused];
}

function switchText({ task, point, why, to }: Switch): string {
  return `task ${task} at ${why} (point ${point}) -> task ${to}`;
}
