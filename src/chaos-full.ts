import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import type { ByzantineMethods } from './chaos/byzantine/builder.ts';
import { type ChaosConfigClass, type ChaosConfig as ConfigOf, configClass } from './chaos/config.ts';
import type { NetworkMethods } from './chaos/network/builder.ts';

/** Builds a configuration of every tier. */
export interface FullBuilder extends BasicMethods, NetworkMethods, ByzantineMethods, Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<FullBuilder> = configClass(['basic', 'network', 'byzantine']);
export type ChaosConfig = ConfigOf<FullBuilder>;
