import type { Outcome } from '../model/outcome.ts';
import type {
  CpuUse,
  InjectedFault,
  InjectedPacketFault,
  InjectedSignal,
  MemoryUse,
  ReplayUse,
  RuleUse,
  RunResult,
  TimeoutUse,
} from '../model/run-result.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import { type Colors, createColors } from './colors.ts';
import { networkTexts } from './network-texts.ts';
import { mebibytes } from './sizes.ts';
import { frameText } from './stack-lines.ts';

const LABEL_WIDTH = 10;
/** Faults that are listed one by one; of more, the rest is counted. */
const LISTED_FAULTS = 8;
/** Files of code that is not the program's own. */
const LIBRARY = /\.so(\.[\d.]+)?$|^\[/;

/** The block at the end of a run, readable at a glance: what happened, what limited it, what was injected, how to repeat it. */
export function closingBlock(result: RunResult, color: boolean): string {
  const colors = createColors(color);
  const lines: (readonly [label: string, text: string])[] = [
    ['outcome', outcomeLine(result, colors)],
    ...limitLines(result),
    ...underLabel('network', networkTexts(result.network)),
    ...underLabel('injected', injectedTexts(result.faults, colors)),
    ...underLabel('rules', ruleTexts(result.rules, colors)),
    ...replayLines(result.replay, colors),
    ['seed', String(result.seed)],
    ['backends', backendsLine(result)],
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

function outcomeLine(result: RunResult, colors: Colors): string {
  const paint: Record<Outcome, (text: string) => string> = {
    survived: colors.green,
    failed: colors.red,
    crashed: colors.red,
    hung: colors.magenta,
    corrupted: colors.red,
    stopped: colors.yellow,
    detached: colors.green,
  };
  const ended = result.signal ? `killed by ${result.signal} ` : `exit status ${result.exitCode ?? 0} `;
  const after = `${result.outcome === 'detached' ? '' : ended}after ${seconds(result.durationMs)}`;
  const why = result.error && result.error.code !== 'COMMAND_FAILED' ? `: ${result.error.message}` : '';
  const context = result.error?.code === 'COMMAND_FAILED' ? contextOf(result.error.message) : '';
  return `${colors.bold(paint[result.outcome](result.outcome))}${why} ${colors.dim(`(${after})`)}${context}`;
}

/** What a failure came after, if anything is known of it. */
function contextOf(message: string): string {
  const at = message.indexOf(' after ');
  return at < 0 ? '' : message.slice(at);
}

/** The label stands beside the first of them alone. */
function underLabel(label: string, texts: readonly string[]): [string, string][] {
  return texts.map((text, index) => [index === 0 ? label : '', text]);
}

function limitLines({ limits, durationMs }: RunResult): [string, string][] {
  const lines: [string, string][] = [];
  if (limits.memory) lines.push(['memory', memoryText(limits.memory)]);
  if (limits.cpu) lines.push(['cpu', cpuText(limits.cpu)]);
  if (limits.timeout) lines.push(['timeout', timeoutText(limits.timeout, durationMs)]);
  return lines;
}

function memoryText({ limitBytes, peakBytes, oomKills, failure }: MemoryUse): string {
  const peak = peakBytes === undefined ? 'peak unknown' : `peak ${mebibytes(peakBytes)}`;
  const kills = oomKills ? `, ${oomKills} killed by the OOM killer` : '';
  const beyond = failure === 'enomem' ? ', allocations beyond it fail with ENOMEM' : '';
  return `${peak} of ${mebibytes(limitBytes)}${kills}${beyond}`;
}

function cpuText({ limitFraction, gotFraction, throttledMs }: CpuUse): string {
  const got = gotFraction === undefined ? 'unknown' : gotFraction.toFixed(2);
  const throttled = throttledMs === undefined ? '' : `, throttled ${seconds(throttledMs)}`;
  return `${got} of ${limitFraction} CPU${throttled}`;
}

function timeoutText({ limitMs, reached, killed }: TimeoutUse, durationMs: number): string {
  if (!reached) return `${seconds(durationMs)} of ${seconds(limitMs)}`;
  return `${seconds(limitMs)} reached, ended by SIGTERM${killed ? ', then SIGKILL' : ''}`;
}

function injectedTexts(faults: readonly InjectedFault[], colors: Colors): string[] {
  if (faults.length === 0) return ['nothing'];
  const texts = faults.slice(0, LISTED_FAULTS).map((fault) => faultText(fault, colors));
  return faults.length > LISTED_FAULTS ? [...texts, `and ${faults.length - LISTED_FAULTS} more`] : texts;
}

/** What most want to know first: not how libraries got there, but who called them. */
function placeText(stack: readonly StackFrame[] | undefined): string {
  const frame = stack?.find(({ file }) => !LIBRARY.test(file)) ?? stack?.[0];
  return frame === undefined ? '' : `, in ${frameText(frame)}`;
}

function faultText(fault: InjectedFault, colors: Colors): string {
  if (fault.kind === 'signal') return signalText(fault, colors);
  if (fault.kind === 'packet') return packetText(fault);
  const { at, tid, timeMs } = fault;
  return `${fault.fault} at ${at.syscall} #${at.ordinal} of task ${at.lineage} (pid ${tid}, ${seconds(timeMs)})${placeText(fault.stack)}`;
}

function packetText({ fault, direction, stream, packet, flow, service, lookup, timeMs }: InjectedPacketFault): string {
  const name = lookup ? ` asking for ${lookup.name} (lookup ${lookup.ordinal})` : '';
  return `${fault} of ${stream} packet ${packet} ${direction} ${service}${name} (${flow}, ${seconds(timeMs)})`;
}

function signalText({ signal, at, tid, timeMs, fate, moment }: InjectedSignal, colors: Colors): string {
  const call = at.syscall ?? 'its start';
  const where = moment === 'call' ? `at ${call}` : `by time, ${at.syscall ? `after ${call}` : 'at its start'}`;
  const place = `${where} (call ${at.ordinal} of task ${at.lineage}, pid ${tid}, ${seconds(timeMs)})`;
  return `${signal} ${place}: ${fate === 'died' ? colors.red(fate) : fate}`;
}

/** How each rule fared; one that never fired is a warning. */
function ruleTexts(rules: readonly RuleUse[], colors: Colors): string[] {
  return rules.map(({ rule, eligible, fired, impossible }) => {
    const refused = impossible > 0 ? `, ${impossible} times not possible for the kernel` : '';
    const text = `${rule}: fired ${fired} of ${eligible} eligible calls${refused}`;
    return fired === 0 ? colors.yellow(`${text} (never fired)`) : text;
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

function backendsLine({ backends }: RunResult): string {
  const parts = Object.entries(backends).map(([part, backend]) => `${part}: ${backend}`);
  return parts.length > 0 ? parts.join(' · ') : 'none needed';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
}
