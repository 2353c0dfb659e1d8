import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import { type ChaosConfigClass, type ConfigWith, configClass } from './chaos/config.ts';
import type { NetworkMethods } from './chaos/network/builder.ts';
import type { BasicSettings, NetworkSettings } from './chaos/settings.ts';

/** Builds a configuration of the basic tier, and the network. */
export interface NetworkBuilder extends BasicMethods, NetworkMethods, Buildable<ChaosConfig> {}

type Settings = BasicSettings & NetworkSettings;

export const ChaosConfig: ChaosConfigClass<NetworkBuilder, Settings> = configClass(['basic', 'network']);
export type ChaosConfig = ConfigWith<NetworkBuilder, Settings>;
