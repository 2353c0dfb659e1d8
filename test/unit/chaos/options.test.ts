import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BasicMethods } from '../../../src/chaos/basic/builder.ts';
import { DEFAULT_SIGNAL_RATE } from '../../../src/chaos/basic/signal-injection.ts';
import type { ByzantineMethods } from '../../../src/chaos/byzantine/builder.ts';
import { parseConfig } from '../../../src/chaos/config-file.ts';
import { at } from '../../../src/chaos/dotted-keys.ts';
import { CHAOS_FLAGS } from '../../../src/chaos/flags.ts';
import type { NetworkMethods } from '../../../src/chaos/network/builder.ts';
import type { Tier } from '../../../src/chaos/option.ts';
import { defaultOf, OPTION_NAMES, optionOf } from '../../../src/chaos/options.ts';
import type { ScenarioMethods } from '../../../src/chaos/scenario/builder.ts';
import type { ScheduleMethods } from '../../../src/chaos/schedule/builder.ts';
import { chaosJsonSchema } from '../../../src/chaos/schema.ts';
import { DEFAULT_SIGNALS } from '../../../src/chaos/settings.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';

const ROOT = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../../..');
const docs = readFileSync(path.join(ROOT, 'docs/chaos.md'), 'utf8');

// The formatter pads the columns of a table.
const rows = docs.split('\n').map((line) => line.replace(/ +/g, ' '));

/** Every method that the interfaces declare: the type fails to compile if one is missing here. */
const METHODS = {
  basic: {
    withMemoryLimit: true,
    withMemoryFailure: true,
    withCpuLimit: true,
    withTimeout: true,
    withTimeoutSecs: true,
    withTimeoutMs: true,
    withKillAfter: true,
    withKillAfterSecs: true,
    withKillAfterMs: true,
    withHangAfter: true,
    withHangAfterSecs: true,
    withHangAfterMs: true,
    withSignalInjection: true,
    withSignals: true,
    withSignalRate: true,
    withSeed: true,
  } satisfies Record<keyof BasicMethods, true>,
  network: {
    withNetworkLatency: true,
    withNetworkLatencySecs: true,
    withNetworkLatencyMs: true,
    withNetworkJitter: true,
    withNetworkJitterSecs: true,
    withNetworkJitterMs: true,
    withNetworkDistribution: true,
    withNetworkCorrelation: true,
    withPacketLossRate: true,
    withPacketLossBursts: true,
    withPacketDuplicateRate: true,
    withPacketReorderRate: true,
    withPacketCorruptRate: true,
    withBandwidth: true,
    withBandwidthBytesPerSec: true,
    withConnectionDropRate: true,
    withConnectionDropAfter: true,
    withConnectionRefuseRate: true,
    withPartition: true,
    withDnsFailureRate: true,
    withDnsFailure: true,
    withNetworkTo: true,
    withNetworkDirection: true,
    withNetworkRule: true,
    withIoLatency: true,
    withIoLatencySecs: true,
    withIoLatencyMs: true,
    withNetworkBackend: true,
    withNetworkHostPorts: true,
  } satisfies Record<keyof NetworkMethods, true>,
  byzantine: {
    withByzantineFaults: true,
    withFaultSyscalls: true,
    withFaultKinds: true,
    withErrors: true,
    withRealism: true,
    withLearnedFrom: true,
    withRule: true,
    withBugs: true,
    withFaultsFrom: true,
    withFaultsFromSecs: true,
    withFaultsFromMs: true,
  } satisfies Record<keyof ByzantineMethods, true>,
  full: {
    withSchedule: true,
    withSchedulePoints: true,
    withScheduleDepth: true,
    withPhase: true,
    withSteadyState: true,
    withAbortOn: true,
    withCleanup: true,
  } satisfies Record<keyof (ScheduleMethods & ScenarioMethods), true>,
};

/** The row of an option in docs/chaos.md. */
function row(name: (typeof OPTION_NAMES)[number]): string {
  const { key, textKey, flag, builder, kind, summary, bare, default: byDefault } = optionOf(name);
  const keys = textKey === undefined ? `\`${key}\`` : `\`${key}\`, \`${textKey}\``;
  const argument = kind.argument.replaceAll('|', '\\|');
  const value =
    flag === '--chaos-signals'
      ? '[=LIST]'
      : kind.type === 'boolean'
        ? ''
        : bare === undefined
          ? ` ${argument}`
          : `[=${argument}]`;
  const end = byDefault === undefined ? '' : `; default \`${JSON.stringify(byDefault)}\``;
  const methods = ['', ...Object.keys(kind.units ?? {})].map((unit) => `\`${builder}${unit}\``).join(', ');
  return `| ${keys} | \`${flag}${value}\` | ${methods} | ${summary}${end} |`;
}

describe.each(OPTION_NAMES.map((name) => [name, optionOf(name)] as const))('option %s', (name, option) => {
  it('has a flag', () => expect(CHAOS_FLAGS.filter(({ flag }) => flag === option.flag)).toHaveLength(1));

  it('has its keys in the JSON Schema, described', () => {
    const keys = [option.key, ...(option.textKey ? [option.textKey] : [])];
    for (const key of keys) {
      const schema = at(chaosJsonSchema(), `properties.${key.split('.')[0]}`) as { properties?: object };
      const found = key.includes('.') ? at(schema.properties!, key.split('.')[1]!) : schema;
      expect(found).toMatchObject({ description: expect.stringContaining(option.summary) });
    }
  });

  it('has an example that the file allows', () => {
    const [first, second] = option.key.split('.') as [string, string?];
    const file = { [first]: second === undefined ? option.example : { [second]: option.example } };
    expect(Object.keys(ChaosConfig.fromJSON(file).settings)).toEqual([name.split('.')[0]]);
  });

  it('has a method in the builder of its tier', () => {
    expect(METHODS[option.tier as Tier]).toHaveProperty(option.builder, true);
    expect(ChaosConfig.new()).toHaveProperty(option.builder, expect.any(Function));
  });

  it('has a row in docs/chaos.md', () => expect(rows).toContain(row(name)));
});

it('every JSON example in docs/chaos.md is a configuration', () => {
  const examples = [...docs.matchAll(/^```json\n(.*?)^```/gms)].map((match) => match[1]!);
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) expect(Object.keys(ChaosConfig.fromJSON(example).settings)).not.toEqual([]);
});

it('the bad example in docs/chaos.md is told as it says', () => {
  const [, text, told] = /For\n\n```\n(.*?)\n```\n\nit is\n\n```\n(.*?)\n```/s.exec(docs)!;
  expect(() => parseConfig(text!, 'bad.json')).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: told! }),
  );
});

it('defaults are in the unit of the settings, and those of the engines', () => {
  expect(defaultOf('killAfterMs')).toBe(2000);
  expect(defaultOf('hangAfterMs')).toBe(5000);
  expect(defaultOf('signals')).toEqual(DEFAULT_SIGNALS);
  expect(defaultOf('signalRate')).toBe(DEFAULT_SIGNAL_RATE);
  expect(defaultOf('memoryLimit')).toBeUndefined();
});

it('every method of a builder is of an option', () => {
  const declared = Object.values(METHODS).flatMap((methods) => Object.keys(methods));
  const made = Object.keys(ChaosConfig.new()).filter((method) => method !== 'build');
  expect(declared.sort()).toEqual(made.sort());
});

it('no key and no name is taken twice', () => {
  const keys = OPTION_NAMES.map(optionOf).flatMap(({ key, textKey }) => (textKey ? [key, textKey] : [key]));
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(CHAOS_FLAGS.map(({ flag }) => flag)).size).toBe(CHAOS_FLAGS.length);
});

it('schema/chaos.json is what the definition generates (node scripts/generate-schemas.mjs after a build)', () => {
  const committed: unknown = JSON.parse(readFileSync(path.join(ROOT, 'schema/chaos.json'), 'utf8'));
  expect(committed).toEqual(JSON.parse(JSON.stringify(chaosJsonSchema())));
});

it('zod is imported for its types only in this room', () => {
  const files = readdirSync(path.join(ROOT, 'src/chaos'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const eager = files.filter((file) =>
    /^import (?!type ).*'zod'/m.test(readFileSync(path.join(ROOT, 'src/chaos', file), 'utf8')),
  );
  expect(eager).toEqual([]);
});
