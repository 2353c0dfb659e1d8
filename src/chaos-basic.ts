import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import { type ChaosConfigClass, type ConfigWith, configClass } from './chaos/config.ts';
import type { BasicSettings } from './chaos/settings.ts';

/** Builds a configuration of limits of memory, CPU and time, and signals. */
export interface BasicBuilder extends BasicMethods, Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<BasicBuilder, BasicSettings> = configClass(['basic']);
export type ChaosConfig = ConfigWith<BasicBuilder, BasicSettings>;
