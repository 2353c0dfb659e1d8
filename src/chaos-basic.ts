import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import { type ChaosConfigClass, type ChaosConfig as ConfigOf, configClass } from './chaos/config.ts';

/** Builds a configuration of limits of memory, CPU and time, and signals. */
export interface BasicBuilder extends BasicMethods, Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<BasicBuilder> = configClass(['basic']);
export type ChaosConfig = ConfigOf<BasicBuilder>;
