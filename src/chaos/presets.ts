import type { ChaosSettings } from './settings.ts';

export const PRESET_NAMES = ['none', 'gentle', 'aggressive', 'extreme'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

const MIB = 1024 ** 2;

const AGGRESSIVE: ChaosSettings = {
  memoryLimit: 50 * MIB,
  cpuLimit: 0.2,
  timeoutMs: 10_000,
  signalInjection: true,
  networkLatencyMs: 100,
  packetLossRate: 0.1,
};

const READ_WRITE_OPEN_CLOSE = [
  ...['read', 'readv', 'pread64', 'preadv', 'preadv2'],
  ...['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2'],
  ...['open', 'openat', 'openat2', 'creat'],
  ...['close', 'close_range'],
];

/** The configurations that have a name. */
export const PRESETS: Readonly<Record<PresetName, ChaosSettings>> = {
  none: {},
  gentle: {
    memoryLimit: 500 * MIB,
    cpuLimit: 0.8,
    timeoutMs: 60_000,
    signalInjection: false,
    networkLatencyMs: 0,
    packetLossRate: 0,
  },
  aggressive: AGGRESSIVE,
  extreme: {
    ...AGGRESSIVE,
    byzantine: { rate: 0.1, syscalls: READ_WRITE_OPEN_CLOSE },
  },
};
