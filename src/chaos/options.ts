import { RANDOM_KINDS, REALISM_LEVELS } from '../faults/rule.ts';
import type { BasicMethods } from './basic/builder.ts';
import type { ByzantineMethods } from './byzantine/builder.ts';
import {
  BOOLEAN,
  choice,
  data,
  FAULTS_START,
  type Kind,
  listOf,
  MILLISECONDS,
  RATE,
  SECONDS,
  SEED,
  SIZE,
  wordList,
} from './kinds.ts';
import type { NetworkMethods } from './network/builder.ts';
import {
  type ByzantineSettings,
  type ChaosSettings,
  DIRECTIONS,
  DNS_FAILURES,
  INJECTABLE_SIGNALS,
  JITTER_DISTRIBUTIONS,
  MEMORY_FAILURES,
  NETWORK_BACKENDS,
} from './settings.ts';

export type Tier = 'basic' | 'network' | 'byzantine';

/** Every setting by its name, those within `byzantine` with a dot. */
export type OptionValues = Required<Omit<ChaosSettings, 'byzantine'>> & {
  [K in keyof ByzantineSettings as `byzantine.${K}`]-?: NonNullable<ByzantineSettings[K]>;
};
export type OptionName = keyof OptionValues;

/** All that is known of one option; the command line, the file, the builders and the docs are made from it or held to it. */
export interface ChaosOption<V = unknown> {
  readonly tier: Tier;
  readonly kind: Kind<V>;
  /** Key in the file, with a dot if it is within `byzantine`. */
  readonly key: string;
  /** The key that takes the same as text, where `key` names a unit. */
  readonly textKey?: string;
  readonly flag: string;
  readonly builder: keyof (BasicMethods & NetworkMethods & ByzantineMethods);
  /** One sentence, for help, docs and the JSON Schema. */
  readonly summary: string;
  /** As in the file. */
  readonly example: unknown;
  /** As in the file: what holds if the option is left out but its part is armed. */
  readonly default?: unknown;
  /** A list to which every flag and every call of the builder adds one; in the file it is the whole list. */
  readonly repeat?: true;
  /** Holds for chosen targets too, in an entry of `network_rules`. */
  readonly perTarget?: true;
}

const JSON_RULE = 'an object with "syscall" and at least one fault, such as {"syscall": "read", "error": "EIO"}';
/** 1 to 65535. */
const PORT = /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/;
const SYSCALL_WORD = /^[!?]{0,2}[%/]?[^\s,]+$/;

/** The one table of options. Its type makes a setting without an entry an error. */
export const OPTIONS: { readonly [N in OptionName]: ChaosOption<OptionValues[N]> } = {
  memoryLimit: {
    tier: 'basic',
    kind: SIZE,
    key: 'memory_limit',
    flag: '--chaos-memory-limit',
    builder: 'withMemoryLimit',
    summary: 'Memory that the whole process tree may use, in bytes',
    example: 104857600,
  },
  memoryFailure: {
    tier: 'basic',
    kind: choice(MEMORY_FAILURES),
    key: 'memory_failure',
    flag: '--chaos-memory-failure',
    builder: 'withMemoryFailure',
    summary: 'What happens beyond the memory limit: the kernel kills, or allocations fail with ENOMEM',
    example: 'enomem',
  },
  cpuLimit: {
    tier: 'basic',
    kind: RATE,
    key: 'cpu_limit',
    flag: '--chaos-cpu-limit',
    builder: 'withCpuLimit',
    summary: 'Fraction of one CPU for the whole process tree; 0 is the smallest that can be enforced',
    example: 0.5,
  },
  timeoutMs: {
    tier: 'basic',
    kind: SECONDS,
    key: 'timeout_secs',
    textKey: 'timeout',
    flag: '--chaos-timeout',
    builder: 'withTimeout',
    summary: 'The whole tree gets SIGTERM after this time; 0 is no timeout',
    example: 30,
  },
  killAfterMs: {
    tier: 'basic',
    kind: SECONDS,
    key: 'kill_after_secs',
    textKey: 'kill_after',
    flag: '--chaos-kill-after',
    builder: 'withKillAfter',
    summary: 'Grace between the SIGTERM of the timeout and SIGKILL',
    example: 5,
    default: 2,
  },
  hangAfterMs: {
    tier: 'basic',
    kind: SECONDS,
    key: 'hang_after_secs',
    textKey: 'hang_after',
    flag: '--hang-after',
    builder: 'withHangAfter',
    summary: 'A timeout is called `hung` if the whole tree was idle for at least this long before it',
    example: 10,
    default: 5,
  },
  signalInjection: {
    tier: 'basic',
    kind: BOOLEAN,
    key: 'signal_injection',
    flag: '--chaos-signals',
    builder: 'withSignalInjection',
    summary: 'Send signals to tasks of the tree at seeded moments',
    example: true,
  },
  signals: {
    tier: 'basic',
    kind: listOf(INJECTABLE_SIGNALS),
    key: 'signals',
    flag: '--chaos-signals',
    builder: 'withSignals',
    summary: 'Which signals are injected; naming some turns injection on unless signal_injection is false',
    example: ['SIGTERM'],
    default: ['SIGINT', 'SIGTERM', 'SIGUSR1'],
  },
  signalRate: {
    tier: 'basic',
    kind: RATE,
    key: 'signal_rate',
    flag: '--chaos-signal-rate',
    builder: 'withSignalRate',
    summary: 'How often: the chance that a system call of a task is met by a signal',
    example: 0.01,
    default: 0.0002,
  },
  seed: {
    tier: 'basic',
    kind: SEED,
    key: 'seed',
    flag: '--seed',
    builder: 'withSeed',
    summary: 'The same seed makes the same choices again; without one, a run picks its own and prints it',
    example: 42,
  },

  networkLatencyMs: {
    tier: 'network',
    kind: MILLISECONDS,
    key: 'network_latency_ms',
    textKey: 'network_latency',
    flag: '--chaos-network-latency',
    builder: 'withNetworkLatency',
    summary: 'Delay of every packet, each way',
    example: 100,
    perTarget: true,
  },
  networkJitterMs: {
    tier: 'network',
    kind: MILLISECONDS,
    key: 'network_jitter_ms',
    textKey: 'network_jitter',
    flag: '--chaos-network-jitter',
    builder: 'withNetworkJitter',
    summary: 'How far the delay of a packet may differ from the latency',
    example: 20,
    perTarget: true,
  },
  networkDistribution: {
    tier: 'network',
    kind: choice(JITTER_DISTRIBUTIONS),
    key: 'distribution',
    flag: '--chaos-network-distribution',
    builder: 'withNetworkDistribution',
    summary: 'How the jitter is distributed',
    example: 'normal',
    default: 'uniform',
    perTarget: true,
  },
  networkCorrelation: {
    tier: 'network',
    kind: RATE,
    key: 'correlation',
    flag: '--chaos-network-correlation',
    builder: 'withNetworkCorrelation',
    summary: 'How much the delay of a packet depends on that of the one before',
    example: 0.25,
    default: 0,
    perTarget: true,
  },
  packetLossRate: {
    tier: 'network',
    kind: RATE,
    key: 'packet_loss_rate',
    flag: '--chaos-packet-loss',
    builder: 'withPacketLossRate',
    summary: 'Chance that a packet is lost',
    example: 0.1,
    perTarget: true,
  },
  packetLossBursts: {
    tier: 'network',
    kind: data('JSON', '{"enter": RATE, "leave": RATE, "inside": RATE, "outside": RATE}, the last two optional'),
    key: 'packet_loss_bursts',
    flag: '--chaos-packet-loss-bursts',
    builder: 'withPacketLossBursts',
    summary:
      'Loss in bursts (Gilbert-Elliott): chances to enter and leave a burst, and of loss inside and outside of it',
    example: { enter: 0.01, leave: 0.25 },
    perTarget: true,
  },
  packetDuplicateRate: {
    tier: 'network',
    kind: RATE,
    key: 'packet_duplicate_rate',
    flag: '--chaos-packet-duplicate',
    builder: 'withPacketDuplicateRate',
    summary: 'Chance that a packet arrives twice',
    example: 0.01,
    perTarget: true,
  },
  packetReorderRate: {
    tier: 'network',
    kind: RATE,
    key: 'packet_reorder_rate',
    flag: '--chaos-packet-reorder',
    builder: 'withPacketReorderRate',
    summary: 'Chance that a packet overtakes those before it',
    example: 0.01,
    perTarget: true,
  },
  packetCorruptRate: {
    tier: 'network',
    kind: RATE,
    key: 'packet_corrupt_rate',
    flag: '--chaos-packet-corrupt',
    builder: 'withPacketCorruptRate',
    summary: 'Chance that a bit of a packet is flipped',
    example: 0.01,
    perTarget: true,
  },
  bandwidthBytesPerSec: {
    tier: 'network',
    kind: SIZE,
    key: 'bandwidth_bytes_per_sec',
    flag: '--chaos-bandwidth',
    builder: 'withBandwidth',
    summary: 'Bytes per second, each way, that all connections share',
    example: '1M',
    perTarget: true,
  },
  connectionDropRate: {
    tier: 'network',
    kind: RATE,
    key: 'connection_drop_rate',
    flag: '--chaos-connection-drop',
    builder: 'withConnectionDropRate',
    summary: 'Chance that a connection is reset at some moment of its life',
    example: 0.05,
    perTarget: true,
  },
  connectionRefuseRate: {
    tier: 'network',
    kind: RATE,
    key: 'connection_refuse_rate',
    flag: '--chaos-connection-refuse',
    builder: 'withConnectionRefuseRate',
    summary: 'Chance that a connection is refused',
    example: 0.05,
    perTarget: true,
  },
  partition: {
    tier: 'network',
    kind: BOOLEAN,
    key: 'partition',
    flag: '--chaos-partition',
    builder: 'withPartition',
    summary: 'Nothing passes',
    example: true,
    perTarget: true,
  },
  dnsFailureRate: {
    tier: 'network',
    kind: RATE,
    key: 'dns_failure_rate',
    flag: '--chaos-dns-failure',
    builder: 'withDnsFailureRate',
    summary: 'Chance that a name is not resolved',
    example: 0.1,
    perTarget: true,
  },
  dnsFailure: {
    tier: 'network',
    kind: choice(DNS_FAILURES),
    key: 'dns_failure',
    flag: '--chaos-dns-failure-kind',
    builder: 'withDnsFailure',
    summary: 'How it is not resolved: no answer comes, or the answer is a failure',
    example: 'fail',
    default: 'timeout',
    perTarget: true,
  },
  networkTo: {
    tier: 'network',
    kind: wordList(/^[^\s,]+$/, 'hosts, networks and ports such as "10.0.0.0/8", "db.local:5432", ":6379"', 'LIST'),
    key: 'to',
    flag: '--chaos-network-to',
    builder: 'withNetworkTo',
    summary: 'The only targets that the network options hold for',
    example: ['10.0.0.0/8', 'db.local:5432', ':6379'],
    perTarget: true,
  },
  networkDirection: {
    tier: 'network',
    kind: choice(DIRECTIONS),
    key: 'direction',
    flag: '--chaos-network-direction',
    builder: 'withNetworkDirection',
    summary: 'The only direction, seen from the command, that the network options hold for',
    example: 'to',
    default: 'both',
    perTarget: true,
  },
  networkRules: {
    tier: 'network',
    kind: data('JSON', 'an object of network options, such as {"to": [":6379"], "network_latency_ms": 100}'),
    key: 'network_rules',
    flag: '--chaos-network-rule',
    builder: 'withNetworkRule',
    summary: 'More network options, each group for targets of its own',
    example: [{ to: [':6379'], network_latency_ms: 100 }],
    repeat: true,
  },
  ioLatencyMs: {
    tier: 'network',
    kind: MILLISECONDS,
    key: 'io_latency_ms',
    textKey: 'io_latency',
    flag: '--chaos-io-latency',
    builder: 'withIoLatency',
    summary: 'Delay of reads and writes of files, pipes and unix sockets',
    example: 10,
  },
  networkBackend: {
    tier: 'network',
    kind: choice(NETWORK_BACKENDS),
    key: 'network_backend',
    flag: '--network-backend',
    builder: 'withNetworkBackend',
    summary:
      'What impairs the network: packets need CAP_NET_ADMIN, a namespace of its own no privileges, system calls are an emulation',
    example: 'packets',
    default: 'auto',
  },
  networkHostPorts: {
    tier: 'network',
    kind: wordList(PORT, 'ports from 1 to 65535 such as "5432"', 'LIST'),
    key: 'network_host_ports',
    flag: '--chaos-network-host-ports',
    builder: 'withNetworkHostPorts',
    summary: 'Ports of 127.0.0.1 and ::1 that a command in a network namespace of its own shares with the host',
    example: ['5432'],
  },

  'byzantine.rate': {
    tier: 'byzantine',
    kind: RATE,
    key: 'byzantine.rate',
    flag: '--chaos-byzantine',
    builder: 'withByzantineFaults',
    summary: 'Chance that an eligible system call meets a fault',
    example: 0.01,
  },
  'byzantine.syscalls': {
    tier: 'byzantine',
    kind: wordList(SYSCALL_WORD, 'system calls or classes such as "read", "%network"', 'LIST'),
    key: 'byzantine.syscalls',
    flag: '--chaos-byzantine-syscalls',
    builder: 'withFaultSyscalls',
    summary: 'The system calls that random faults are for',
    example: ['read', '%network'],
  },
  'byzantine.kinds': {
    tier: 'byzantine',
    kind: listOf(RANDOM_KINDS),
    key: 'byzantine.kinds',
    flag: '--chaos-byzantine-kinds',
    builder: 'withFaultKinds',
    summary: 'The kinds of random faults',
    example: ['error', 'short'],
    default: [...RANDOM_KINDS],
  },
  'byzantine.errors': {
    tier: 'byzantine',
    kind: wordList(/^E[A-Z0-9]+$/, 'names of errors such as "EIO", "ENOSPC"', 'LIST'),
    key: 'byzantine.errors',
    flag: '--chaos-byzantine-errors',
    builder: 'withErrors',
    summary: 'The errors that random faults report',
    example: ['EIO', 'ENOSPC'],
  },
  'byzantine.realism': {
    tier: 'byzantine',
    kind: choice(REALISM_LEVELS),
    key: 'byzantine.realism',
    flag: '--chaos-byzantine-realism',
    builder: 'withRealism',
    summary: 'Only errors that this call could meet in this situation, or any',
    example: 'any',
    default: 'likely',
  },
  rules: {
    tier: 'byzantine',
    kind: data('JSON', JSON_RULE),
    key: 'rules',
    flag: '--chaos-rule',
    builder: 'withRule',
    summary: 'Faults at chosen system calls',
    example: [{ syscall: 'read', path: '/etc/*', error: 'EIO', when: '3+', probability: 0.5 }],
    repeat: true,
  },
  bugs: {
    tier: 'byzantine',
    kind: wordList(/^[a-z][a-z0-9-]*(:[^\s,]+)?$/, 'names of simulated bugs, NAME or NAME:ARGUMENTS', 'NAME[:...]'),
    key: 'bugs',
    flag: '--chaos-bug',
    builder: 'withBugs',
    summary: 'Simulated kernel bugs',
    example: ['short-getrandom'],
  },
  faultsFrom: {
    tier: 'byzantine',
    kind: FAULTS_START,
    key: 'faults_from',
    flag: '--faults-from',
    builder: 'withFaultsFrom',
    summary: "When faults begin: at exec, at the program's own entry point (after the dynamic loader), or after a time",
    example: 'exec',
    default: 'entry',
  },
};

export const OPTION_NAMES: readonly OptionName[] = Object.keys(OPTIONS) as OptionName[];

/** An option by its name, for code that treats all alike. */
export function optionOf(name: OptionName): ChaosOption {
  return OPTIONS[name] as unknown as ChaosOption;
}

/** What holds where a configuration leaves this option out, in the unit of the settings. */
export function defaultOf<N extends OptionName>(name: N): OptionValues[N] | undefined {
  const { kind, default: inFile } = optionOf(name);
  return (typeof inFile === 'number' && kind.clamp ? kind.clamp(inFile) : inFile) as OptionValues[N] | undefined;
}

type Group = Readonly<Record<string, unknown>>;

/** What the settings, or an object in the form of the file, have at a name or key that may have a dot. */
export function at(object: object, name: string): unknown {
  const [first, second] = name.split('.') as [string, string?];
  const value = Object.hasOwn(object, first) ? (object as Group)[first] : undefined;
  return second === undefined ? value : value && Object.hasOwn(value, second) ? (value as Group)[second] : undefined;
}

/** A copy with one more value at such a name or key. */
export function withValueAt<T extends object>(object: T, name: string, value: unknown): T {
  const [first, second] = name.split('.') as [string, string?];
  return {
    ...object,
    [first]: second === undefined ? value : { ...(object as Record<string, Group>)[first], [second]: value },
  };
}
