import type { BasicMethods } from './chaos/basic/builder.ts';
import type { Buildable } from './chaos/builder.ts';
import type { ByzantineMethods } from './chaos/byzantine/builder.ts';
import { type ChaosConfigClass, type ConfigWith, configClass } from './chaos/config.ts';
import type { BasicSettings, ByzantineTierSettings } from './chaos/settings.ts';

/** Builds a configuration of the basic tier, and system calls that fail and lie. */
export interface ByzantineBuilder extends BasicMethods, ByzantineMethods, Buildable<ChaosConfig> {}

type Settings = BasicSettings & ByzantineTierSettings;

export const ChaosConfig: ChaosConfigClass<ByzantineBuilder, Settings> = configClass(['basic', 'byzantine']);
export type ChaosConfig = ConfigWith<ByzantineBuilder, Settings>;
