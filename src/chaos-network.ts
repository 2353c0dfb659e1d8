import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import { type ChaosConfigClass, type ChaosConfig as ConfigOf, configClass } from './chaos/config.ts';
import type { NetworkMethods } from './chaos/network/builder.ts';

/** Builds a configuration of the basic tier, and the network. */
export interface NetworkBuilder extends BasicMethods, NetworkMethods, Buildable<ChaosConfig> {}

export const ChaosConfig: ChaosConfigClass<NetworkBuilder> = configClass(['basic', 'network']);
export type ChaosConfig = ConfigOf<NetworkBuilder>;
