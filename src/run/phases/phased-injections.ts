import { type PhasedPart, type PhasedSettings, phased } from '../../chaos/scenario/phased-settings.ts';
import type { ChaosSettings } from '../../chaos/settings.ts';
import type { Trigger } from '../../model/scenario.ts';
import type { PhasesPlan, WatchedOutput } from './phases-plan.ts';

/** Triggers that are seen at system calls. */
const AT_CALLS: readonly Trigger['event']['kind'][] = ['output', 'listen', 'connect', 'file', 'syscall', 'exit'];

/** Parts that are injected at system calls. */
const PHASED_PARTS: readonly PhasedPart[] = ['signals', 'rules', 'byzantine', 'bugs', 'ioLatency'];

/** Settings of each part that some phase says something of: outside of phases, and in each of them. */
export function phasedParts(settings: ChaosSettings): readonly PhasedSettings[] {
  return PHASED_PARTS.flatMap((part) => phased(part, settings) ?? []).filter(
    ({ settings: of }) => Object.keys(of).length > 0,
  );
}

/** Whether phases begin, end or do anything that only a tracer can see or do, injections aside. */
export function needTracer(
  { phases = [], abortOn = [] }: ChaosSettings,
  { outputs, recorded }: Pick<PhasesPlan, 'outputs' | 'recorded'>,
): boolean {
  if (recorded?.some(({ at }) => at !== undefined)) return true;
  const triggers = phases.flatMap(({ begin, until }) => [
    ...(begin.kind === 'on' ? [begin.trigger] : []),
    ...(until ? [until] : []),
  ]);
  const isSeen = ({ event }: Trigger) => AT_CALLS.includes(event.kind);
  const toTask = phases.some(({ action }) => action?.kind === 'signal' && isTask(action.to));
  return outputs.length > 0 || toTask || [...triggers, ...abortOn].some(isSeen);
}

/** A task of the tree other than the command's first one, by its lineage. */
function isTask(to: string): boolean {
  return /^\d+(~\d+)?(\.\d+)*$/.test(to) && to !== '0';
}

/** Whether anything begins, ends or is seen while the command runs. */
export function hasPhases(settings: ChaosSettings): boolean {
  const { phases = [], abortOn = [] } = settings;
  return phases.length > 0 || abortOn.length > 0 || watchedOutputs(settings).length > 0;
}

/** The lines of output that probes ask for. */
export function watchedOutputs({ steadyState }: ChaosSettings): readonly WatchedOutput[] {
  return (steadyState?.probes ?? []).flatMap(({ asks }) =>
    asks.kind === 'output' ? [{ regex: asks.regex, stream: asks.stream }] : [],
  );
}
