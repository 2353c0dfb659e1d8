import type { ChaosSettings } from './settings.ts';

/** Lists that grow when configurations are put together; every other setting is replaced. */
const GROWING = ['rules', 'bugs', 'networkRules', 'phases', 'abortOn'] as const;

/** Both settings as one: what `over` says wins, and its rules, bugs, phases and probes come after those of `base`. */
export function mergeSettings(base: ChaosSettings, over: ChaosSettings): ChaosSettings {
  const lists = GROWING.filter((name) => base[name] && over[name]).map((name) => [
    name,
    [...base[name]!, ...over[name]!],
  ]);
  const byzantine = base.byzantine && over.byzantine ? { byzantine: { ...base.byzantine, ...over.byzantine } } : {};
  const probes = base.steadyState?.probes && over.steadyState?.probes;
  const steadyState = probes ? { steadyState: { probes: [...base.steadyState!.probes!, ...probes] } } : {};
  return { ...base, ...over, ...byzantine, ...steadyState, ...Object.fromEntries(lists) };
}
