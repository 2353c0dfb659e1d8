import { isatty } from 'node:tty';
import { readConfigFile } from '../chaos/config-file.ts';
import { optionWords } from '../chaos/option-words.ts';
import { printDuration } from '../chaos/quantities.ts';
import { replacedBy, winsOver } from '../chaos/scenario/overlaps.ts';
import { type Span, type TimeLinePart, type TimeLineRow, timeLine } from '../chaos/scenario/time-line.ts';
import { triggerWords } from '../chaos/scenario/trigger-form.ts';
import { actionWords, endWords, exactnessWords, probeWords } from '../chaos/scenario/words.ts';
import type { ChaosSettings, Phase } from '../chaos/settings.ts';
import { refuseUnsound } from '../chaos/sound.ts';
import { RenacerError } from '../model/errors.ts';
import { createColors } from '../report/colors.ts';
import { type ShownPart, type ShownRow, timeLineText } from '../report/time-line-text.ts';
import { writeToStdout } from './messages.ts';

/** The seed that times are drawn from where a configuration has none: a run draws another one. */
const SEED = 0;

const USAGE = `Usage: renacer check FILE

Reads a configuration, and prints what would happen when, without running anything: which phase begins when or on what, how exactly, what it sets, and what it takes from others. A bad configuration is told with its line; the exit code is 125 then.
`;

/** `renacer check FILE`. */
export function check(args: readonly string[]): number {
  const [file, ...more] = args;
  if (file === '-h' || file === '--help') {
    writeToStdout(USAGE);
    return 0;
  }
  if (file === undefined || file.startsWith('-') || more.length > 0) {
    throw new RenacerError('USAGE', 'check: one configuration file is wanted', {
      hint: 'For example: renacer check scenario.json (to run a command called check: renacer -- check)',
    });
  }
  const settings = readConfigFile(file);
  refuseUnsound({ own: settings, settings });
  writeToStdout(scenarioText(file, settings, !process.env.NO_COLOR && isatty(1)));
  return 0;
}

function scenarioText(file: string, settings: ChaosSettings, color: boolean): string {
  const { bold, dim } = createColors(color);
  const { phases = [], steadyState, abortOn = [], cleanup, ...whole } = settings;
  const probes = steadyState?.probes ?? [];
  const drawn = phases.some(({ everyMs }) => everyMs && everyMs[0] !== everyMs[1]) && settings.seed === undefined;
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`];
  const parts = timeLine(phases, settings.seed ?? SEED).map((part) => shownPart(part, phases, whole));
  const name = Math.max(0, ...probes.map((probe) => probe.name.length));
  return [
    `${file} is a sound configuration\n`,
    ...list('all the time', optionWords(whole)),
    ...(parts.length === 0 ? [] : [timeLineText(parts, color)]),
    ...(drawn ? [dim(`Times between two bounds are those of seed ${SEED}: another seed has others.\n`)] : []),
    ...list(
      'steady state',
      probes.map((probe) => `${probe.name.padEnd(name)}  ${probeWords(probe)}`),
    ),
    ...list('the run is ended when', abortOn.map(triggerWords)),
    ...list('at the end, whatever happened', cleanup === undefined ? [] : [cleanup]),
  ].join('\n');
}

function shownPart({ when, ends, rows }: TimeLinePart, phases: readonly Phase[], whole: ChaosSettings): ShownPart {
  const title =
    when === undefined
      ? 'from the start'
      : when === 'request'
        ? 'on request'
        : `${ends === undefined ? 'when' : `when ${ends} ends:`} ${triggerWords(when)}`;
  const exactness = when === undefined || when === 'request' ? 'by the clock' : exactnessWords(when);
  return { title, exactness, rows: rows.map((row) => shownRow(row, phases, whole)) };
}

function shownRow({ index, spans, more }: TimeLineRow, phases: readonly Phase[], whole: ChaosSettings): ShownRow {
  const phase = phases[index]!;
  const after = phase.begin.kind === 'after' ? [`after ${phase.begin.phase}`] : [];
  const times = `${spans.map(spanWords).join(', ')}${more ? ', ...' : ''}`;
  const over = winsOver(index, phases);
  const instead = replacedBy(phase, whole);
  return {
    name: phase.name,
    spans,
    when: [times, ...after, ...endWords(phase)].join('; '),
    does: [
      ...optionWords(phase.settings),
      ...(phase.action ? [actionWords(phase)] : []),
      ...(instead.length > 0 ? [`instead of ${instead.join(', ')}`] : []),
      ...(over.length > 0 ? [`wins over ${over.join(' and ')}`] : []),
    ],
  };
}

function spanWords({ fromMs, toMs }: Span): string {
  if (toMs === undefined) return `${printDuration(fromMs)} on`;
  const from = printDuration(fromMs);
  return fromMs === toMs ? from : `${from} to ${printDuration(toMs)}`;
}
