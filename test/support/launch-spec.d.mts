import type { LaunchSpec } from '../../src/linux/launch.ts';

export function launchSpec(argv: readonly string[]): LaunchSpec;
