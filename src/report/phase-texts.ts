import type { PhaseTurn, PhaseUse, ProbeMoment, ProbeUse } from '../model/scenario.ts';
import { AT_ONCE, PROBE_MOMENTS } from '../model/scenario.ts';
import type { Colors } from './colors.ts';
import { seconds } from './durations.ts';
import { type BarSpan, barOf } from './time-line-text.ts';

/** Instances of one phase that are told one by one. */
const TOLD = 4;
const LONGEST_NAME = 16;

/** The phases that were, each with a bar on the scale of the run. */
export function phaseTexts(phases: readonly PhaseUse[], durationMs: number, colors: Colors): string[] {
  const names = [...new Set(phases.map(({ name }) => name))];
  const width = Math.min(LONGEST_NAME, Math.max(0, ...names.map((name) => name.length)));
  return names.flatMap((name) => {
    const own = phases.filter((phase) => phase.name === name);
    const spans = own.map((one): BarSpan => ({ fromMs: one.beganMs, toMs: isMoment(one) ? one.beganMs : one.endedMs }));
    const told = own.slice(0, TOLD).map(instanceText);
    const more = own.length > told.length ? [`and ${own.length - told.length} times more`] : [];
    const [first = '', ...rest] = [...told, ...more];
    const errors = own.flatMap(({ error }) => (error === undefined ? [] : [colors.red(error)]));
    const over = [...new Set(own.flatMap((one) => one.over))];
    const lost = over.length === 0 ? [] : [`a later phase won: ${over.join(', ')}`];
    const indent = ' '.repeat(width + 2 + barOf([], durationMs).length + 2);
    return [
      `${name.padEnd(width)}  ${colors.cyan(barOf(spans, durationMs))}  ${first}`,
      ...[...rest, ...lost, ...errors].map((text) => indent + text),
    ];
  });
}

/** A signal, a command: it was over as it began. */
function isMoment({ ended }: PhaseUse): boolean {
  return ended?.why === AT_ONCE;
}

function instanceText(phase: PhaseUse): string {
  const { beganMs, endedMs, began, ended } = phase;
  const isAtOnce = isMoment(phase);
  const times = isAtOnce
    ? seconds(beganMs)
    : `${seconds(beganMs)} to ${endedMs === undefined ? 'the end' : seconds(endedMs)}`;
  const end = isAtOnce || ended === undefined ? '' : `, ${turnText(ended)}`;
  return `${times}: ${turnText(began)}${end}`;
}

/** Why it began or ended and, if it was by a call, by which. */
export function turnText({ why, exact, at }: PhaseTurn): string {
  return exact && at !== undefined ? `${why} (${at.call} #${at.nth} of task ${at.task})` : why;
}

/** What each probe was told. */
export function probeTexts(probes: readonly ProbeUse[], colors: Colors): string[] {
  return probes.map((probe) => {
    const moments = PROBE_MOMENTS.flatMap((moment) => momentText(probe, moment, colors));
    return `${probe.name}: ${moments.length === 0 ? 'not asked' : moments.join('; ')}${recoveryText(probe)}`;
  });
}

function momentText({ checks }: ProbeUse, moment: ProbeMoment, colors: Colors): string[] {
  const own = checks.filter(({ when }) => when === moment);
  const last = own.at(-1);
  if (last === undefined) return [];
  // What was asked again and again until it held is told by its last answer; while the command ran, every answer counts.
  const told = moment === 'during' ? (own.find(({ ok }) => ok !== true) ?? last) : last;
  if (told.ok === true) return [`${moment} ${colors.green('ok')}`];
  const word = told.ok === 'unknown' ? 'could not be asked' : 'failed';
  return [`${moment} ${colors.red(word)} at ${seconds(told.ms)}: ${told.said}`];
}

function recoveryText({ recoveredMs, withinMs }: ProbeUse): string {
  if (recoveredMs === undefined) return '';
  const within = withinMs === undefined ? '' : ` of ${seconds(withinMs)}`;
  return `; recovered in ${seconds(recoveredMs)}${within}`;
}
