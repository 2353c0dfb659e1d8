import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import type { ByzantineMethods } from './chaos/byzantine/builder.ts';
import { type ChaosConfigClass, type ConfigWith, configClass } from './chaos/config.ts';
import type { NetworkMethods } from './chaos/network/builder.ts';
import type { ScenarioMethods } from './chaos/scenario/builder.ts';
import type { ScheduleMethods } from './chaos/schedule/builder.ts';
import type { ChaosSettings } from './chaos/settings.ts';

export type { ExploreOptions } from './campaign/explore/library/explore-options.ts';
export { explore } from './campaign/explore/library/library.ts';
export type { FuzzOptions } from './campaign/fuzz/library/fuzz-options.ts';
export { fuzz } from './campaign/fuzz/library/library.ts';
export { type Sweep, sweep } from './campaign/sweep/library/library.ts';
export type { SweepOptions } from './campaign/sweep/library/sweep-options.ts';

/** Builds a configuration of every tier. */
export interface FullBuilder
  extends BasicMethods,
    NetworkMethods,
    ByzantineMethods,
    ScheduleMethods,
    ScenarioMethods,
    Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<FullBuilder, ChaosSettings> = configClass([
  'basic',
  'network',
  'byzantine',
  'full',
]);
export type ChaosConfig = ConfigWith<FullBuilder, ChaosSettings>;
