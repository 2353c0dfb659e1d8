import type {
  CheckUse,
  CpuUse,
  Crash,
  MemoryUse,
  ReplayUse,
  RuleUse,
  RunResult,
  TimeoutUse,
} from '../model/run-result.ts';
import { type Colors, createColors } from './colors.ts';
import { seconds } from './durations.ts';
import { injectedTexts, placeText } from './injected-texts.ts';
import { networkTexts } from './network-texts.ts';
import { outcomeLine } from './outcome-line.ts';
import { phaseTexts, probeTexts } from './phase-texts.ts';
import { scheduleTexts } from './schedule-texts.ts';
import { silenceText } from './silence.ts';
import { mebibytes } from './sizes.ts';

const LABEL_WIDTH = 10;
/** Where the list of backends is broken. */
const LINE_WIDTH = 100;
/** Crashes that are listed one by one. */
const LISTED_CRASHES = 4;
/** Processes that left the control groups, listed by name. */
const LISTED_ESCAPES = 3;
/** Of a failed check's output, so many of its last lines. */
const CHECK_LINES = 3;

/** What the block says beside the result. */
export interface BlockOptions {
  readonly color: boolean;
  /** What of `--expect` did not come true, in words. */
  readonly unmet?: string | undefined;
}

/** The block at the end of a run, readable at a glance: what happened, what limited it, what was injected, how to repeat it. */
export function closingBlock(result: RunResult, { color, unmet }: BlockOptions): string {
  const colors = createColors(color);
  const lines: (readonly [label: string, text: string])[] = [
    ['outcome', outcomeLine(result, colors)],
    ...underLabel('expected', unmet === undefined ? [] : [colors.red(`not met: ${unmet}`)]),
    ...underLabel(
      'check',
      result.checks.flatMap((check) => checkTexts(check, colors)),
    ),
    ...underLabel('crashes', crashTexts(result, colors)),
    ...underLabel('note', [...silenceText(result), ...escapeTexts(result), ...leftTexts(result)]),
    ...limitLines(result),
    ...underLabel('phases', phaseTexts(result.phases, result.durationMs, colors)),
    ...underLabel('probes', probeTexts(result.probes, colors)),
    ...underLabel('cleanup', cleanUpTexts(result, colors)),
    ...underLabel('network', networkTexts(result.network)),
    ...underLabel('injected', injectedTexts(result, colors)),
    ...underLabel('rules', ruleTexts(result.rules, colors)),
    ...underLabel('schedule', scheduleTexts(result.schedule, colors)),
    ...replayLines(result.replay, colors),
    ['seed', String(result.seed)],
    ...underLabel('backends', backendTexts(result)),
    ['again', result.again],
    ...(result.strace === undefined ? [] : [['in strace', result.strace] as const]),
  ];
  const title = colors.bold('renacer');
  return [
    `${title} ${colors.dim('─'.repeat(60))}`,
    ...lines.map(([label, text]) => `${colors.dim(label.padStart(LABEL_WIDTH))}  ${text}`),
    '',
  ].join('\n');
}

/** The label stands beside the first of them alone. */
function underLabel(label: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

function checkTexts({ command, status, skipped, output }: CheckUse, colors: Colors): string[] {
  if (skipped !== undefined) return [`not run: ${command} (${skipped}; --verify-always runs after any end)`];
  if (status === 0) return [`passed: ${command}`];
  const lines = output.trimEnd().split('\n');
  const last = output.trim() === '' ? [] : lines.slice(-CHECK_LINES).map((line) => `  ${line}`);
  return [colors.red(`exited with ${status}: ${command}`), ...last];
}

function cleanUpTexts({ cleanup }: RunResult, colors: Colors): string[] {
  if (cleanup === undefined) return [];
  const { command, status } = cleanup;
  return [status === 0 ? `done: ${command}` : colors.red(`exited with ${status}: ${command}`)];
}

/** The command's own end stands in the line of the outcome. */
function crashTexts({ crashes, signal }: RunResult, colors: Colors): string[] {
  const others = crashes.filter((crash) => !(crash.lineage === '0' && crash.signal === signal));
  const texts = others.slice(0, LISTED_CRASHES).map((crash) => colors.red(crashText(crash)));
  const more = others.length - texts.length;
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}

function crashText({ program, signal, pid, lineage, syscall, code, stack }: Crash): string {
  const where = `${syscall === undefined ? '' : ` at ${syscall}`}${placeText(stack) || (code && `, in ${code}`) || ''}`;
  return `${program} (pid ${pid}, task ${lineage}) died of ${signal}${where}: nobody had sent it`;
}

function escapeTexts({ escaped, limits }: RunResult): string[] {
  if (escaped.length === 0) return [];
  const names = escaped.slice(0, LISTED_ESCAPES).map(({ name, pid }) => `${name} (pid ${pid})`);
  const more = escaped.length - names.length;
  const who = more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
  const isLimited = limits.memory !== undefined || limits.cpu !== undefined;
  return [`${who} left the control groups of the run${isLimited ? ': its limits did not hold there' : ''}`];
}

function leftTexts({ left }: RunResult): string[] {
  return left.map((group) => `not removed: ${group}; \`renacer doctor --clean\` does it when they have ended`);
}

function limitLines({ limits, durationMs }: RunResult): [string, string][] {
  const lines: [string, string][] = [];
  if (limits.memory) lines.push(['memory', memoryText(limits.memory)]);
  if (limits.cpu) lines.push(['cpu', cpuText(limits.cpu)]);
  if (limits.timeout) lines.push(['timeout', timeoutText(limits.timeout, durationMs)]);
  return lines;
}

function memoryText({ limitBytes, phaseLimitBytes, peakBytes, oomKills, failure }: MemoryUse): string {
  if (failure === 'enomem') return `${mebibytes(limitBytes)} for each process: allocations beyond it fail with ENOMEM`;
  const peak = peakBytes === undefined ? 'peak unknown' : `peak ${mebibytes(peakBytes)}`;
  const kills = oomKills ? `, ${oomKills} killed by the OOM killer` : '';
  // The peak may be that of a time without a limit, or with another one.
  const limit = phaseLimitBytes === limitBytes ? '' : ` of ${mebibytes(limitBytes)}`;
  const inPhases = phaseLimitBytes === undefined ? '' : `, ${mebibytes(phaseLimitBytes)} allowed in a phase`;
  return `${peak}${limit}${inPhases}${kills}`;
}

function cpuText({ limitFraction, gotFraction, throttledMs }: CpuUse): string {
  const got = gotFraction === undefined ? 'unknown' : gotFraction.toFixed(2);
  const throttled = throttledMs === undefined ? '' : `, throttled ${seconds(throttledMs)}`;
  return `${got} of ${limitFraction} CPU${throttled}`;
}

function timeoutText({ limitMs, byDefault, reached, killed }: TimeoutUse, durationMs: number): string {
  const whose = byDefault ? ' (the default with random faults: --chaos-timeout sets another, 0 none)' : '';
  const late = durationMs > limitMs ? ' (Renacer was late: the command had ended by itself)' : '';
  if (!reached) return `${seconds(durationMs)} of ${seconds(limitMs)}${late}${whose}`;
  return `${seconds(limitMs)} reached, ended by SIGTERM${killed ? ', then SIGKILL' : ''}${whose}`;
}

/** How each rule fared; one that never fired is a warning. */
function ruleTexts(rules: readonly RuleUse[], colors: Colors): string[] {
  return rules.map(({ rule, eligible, fired, impossible, nearest }) => {
    const refused = impossible > 0 ? `, ${impossible} times not possible for the kernel` : '';
    const text = `${rule}: fired ${fired} of ${eligible} eligible calls${refused}`;
    return fired === 0 ? colors.yellow(`${text} (never fired${nearest === undefined ? '' : `: ${nearest}`})`) : text;
  });
}

function replayLines(replay: ReplayUse | undefined, colors: Colors): [string, string][] {
  if (!replay) return [];
  const byTime = replay.missed.filter((missed) => 'flow' in missed && missed.byTime).length;
  const why = byTime > 0 ? ` (${byTime} of packets that TCP did not send this time)` : '';
  const text = `${replay.injected} of ${replay.recorded} recorded faults came again${why}`;
  if (replay.missed.length === 0) return [['replay', text]];
  return [['replay', replay.missed.length > byTime ? colors.red(text) : colors.yellow(text)]];
}

/** As many a line as there is room for. */
function backendTexts({ backends }: RunResult): string[] {
  const parts = Object.entries(backends).map(([part, backend]) => `${part}: ${backend}`);
  if (parts.length === 0) return ['none needed'];
  const lines: string[] = [];
  for (const part of parts) {
    const longer = `${lines.at(-1)} · ${part}`;
    if (lines.length > 0 && LABEL_WIDTH + 2 + longer.length <= LINE_WIDTH) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}
