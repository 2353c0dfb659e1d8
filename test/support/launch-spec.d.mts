import type { LaunchSpec } from '../../src/linux/launch-spec.ts';

export function launchSpec(argv: readonly string[]): LaunchSpec;
