import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import type { ByzantineMethods } from './chaos/byzantine/builder.ts';
import { type ChaosConfigClass, type ChaosConfig as ConfigOf, configClass } from './chaos/config.ts';

/** Builds a configuration of the basic tier, and system calls that fail and lie. */
export interface ByzantineBuilder extends BasicMethods, ByzantineMethods, Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<ByzantineBuilder> = configClass(['basic', 'byzantine']);
export type ChaosConfig = ConfigOf<ByzantineBuilder>;
