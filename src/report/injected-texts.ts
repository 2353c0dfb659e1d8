import type { InjectedFault, InjectedPacketFault, InjectedSignal, RunResult } from '../model/run-result.ts';
import type { StackFrame } from '../model/stack-frame.ts';
import type { Colors } from './colors.ts';
import { seconds } from './durations.ts';
import { frameText } from './stack-lines.ts';

/** Faults that are listed one by one; of more, the rest is counted. */
const LISTED_FAULTS = 8;
/** Files of code that is not the program's own. */
const LIBRARY = /\.so(\.[\d.]+)?$|^\[/;

/** What was injected: the fault that ended the run first, or, where none is known to have, the last one; then the others in order. */
export function injectedTexts(result: RunResult, colors: Colors): string[] {
  const { faults, decisiveFault: decisive } = result;
  const delays = delayText(result);
  if (faults.length === 0 && !delays && (result.phases.length > 0 || isOrderAlone(result))) return [];
  if (faults.length === 0) return [delays ? `only delays: ${delays}` : 'nothing'];
  const others = faults.filter((fault) => fault !== decisive);
  const listed = decisive ? others.slice(0, LISTED_FAULTS - 1) : others.slice(0, LISTED_FAULTS);
  const hidden = others.length - listed.length + result.omittedFaults;
  const last = others.at(-1)!;
  return [
    ...(decisive ? [faultText(decisive, colors)] : []),
    ...listed.map((fault) => faultText(fault, colors)),
    ...(hidden > 1 ? [`and ${hidden} more, the last: ${faultText(last, colors)}`] : []),
    ...(hidden === 1 ? [faultText(last, colors)] : []),
    ...(delays ? [`and delays: ${delays}`] : []),
  ];
}

/** Nothing was asked for but the order of tasks. */
function isOrderAlone({ schedule, config }: RunResult): boolean {
  return schedule !== undefined && Object.keys(config ?? {}).every((key) => key.startsWith('schedule'));
}

/** What was only late. Rules that delay are faults of their own, and listed. */
function delayText({ backends, network, trace }: RunResult): string {
  const calls = backends.io_latency === undefined ? 0 : trace.delays;
  const packets = (network?.groups ?? []).reduce((sum, { to, from }) => sum + to.delayed + from.delayed, 0);
  return [calls > 0 && count(calls, 'call'), packets > 0 && count(packets, 'packet')].filter(Boolean).join(' and ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** One fault, with its coordinate. */
export function faultText(fault: InjectedFault, colors: Colors): string {
  if (fault.kind === 'signal') return signalText(fault, colors);
  if (fault.kind === 'packet') return packetText(fault);
  const { at, tid, timeMs } = fault;
  return `${fault.fault} at ${at.syscall} #${at.ordinal} of task ${at.lineage} (pid ${tid}, ${seconds(timeMs)})${placeText(fault.stack)}`;
}

/** What most want to know first: not how libraries got there, but who called them. */
export function placeText(stack: readonly StackFrame[] | undefined): string {
  const frame = stack?.find(({ file }) => !LIBRARY.test(file)) ?? stack?.[0];
  return frame === undefined ? '' : `, in ${frameText(frame)}`;
}

function packetText({ fault, direction, stream, packet, flow, service, lookup, timeMs }: InjectedPacketFault): string {
  const name = lookup ? ` asking for ${lookup.name} (lookup ${lookup.ordinal})` : '';
  return `${fault} of ${stream} packet ${packet} ${direction} ${service}${name} (${flow}, ${seconds(timeMs)})`;
}

function signalText({ signal, at, tid, timeMs, fate, moment, note }: InjectedSignal, colors: Colors): string {
  const call = at.syscall ?? 'its start';
  const where = moment === 'call' ? `at ${call}` : `by time, ${at.syscall ? `after ${call}` : 'at its start'}`;
  const place = `${where} (call ${at.ordinal} of task ${at.lineage}, pid ${tid}, ${seconds(timeMs)})`;
  return `${signal} ${place}: ${fate === 'died' ? colors.red(fate) : fate}${note ? ` (${note})` : ''}`;
}
