import fc from 'fast-check';
import { ChaosConfig, type RunResult, run } from 'renacer';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, renacer } from '../support/renacer.ts';

/** The examples of the chapter that Renacer comes from, one after the other, in TypeScript. */

/** Runs a command under chaos and traces it: gives the run if it survived, and throws why it did not. */
async function runTracerWithChaos(command: string, args: readonly string[], chaos: ChaosConfig): Promise<RunResult> {
  const result = await run(command, args, { chaos, trace: true });
  if (result.error) throw result.error;
  return result;
}

const MIB = 1024 * 1024;

describe('presets', () => {
  it('gentle: for every run of CI', () => {
    const gentle = ChaosConfig.gentle();
    expect(gentle.memoryLimit).toBe(500 * MIB);
    expect(gentle.cpuLimit).toBe(0.8);
    expect(gentle.timeoutMs).toBe(60_000);
    expect(gentle.signalInjection).toBe(false);
    expect(gentle.networkLatencyMs).toBe(0);
    expect(gentle.packetLossRate).toBe(0);
  });

  it('aggressive: for stress tests', () => {
    const aggressive = ChaosConfig.aggressive();
    expect(aggressive.memoryLimit).toBe(50 * MIB);
    expect(aggressive.cpuLimit).toBe(0.2);
    expect(aggressive.timeoutMs).toBe(10_000);
    expect(aggressive.signalInjection).toBe(true);
    expect(aggressive.networkLatencyMs).toBe(100);
    expect(aggressive.packetLossRate).toBe(0.1);
  });
});

describe('the builder', () => {
  it('chains', () => {
    const config = ChaosConfig.new()
      .withMemoryLimit(64 * MIB)
      .withCpuLimit(0.3)
      .withTimeoutSecs(15)
      .withSignalInjection(true)
      .withNetworkLatencyMs(50)
      .withPacketLossRate(0.05)
      .build();
    expect(config).toMatchObject({
      memoryLimit: 64 * MIB,
      cpuLimit: 0.3,
      timeoutMs: 15_000,
      signalInjection: true,
      networkLatencyMs: 50,
      packetLossRate: 0.05,
    });
  });

  it('leaves undefined what was not set', () => {
    const config = ChaosConfig.new().withCpuLimit(0.1).build();
    expect(config.memoryLimit).toBeUndefined();
    expect(config.timeoutMs).toBeUndefined();
    expect(config.signalInjection).toBeUndefined();
  });

  it('keeps every memory limit from 1 to 10^10', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (limit) => {
        expect(ChaosConfig.new().withMemoryLimit(limit).build().memoryLimit).toBe(limit);
      }),
    );
  });

  it('clamps every CPU limit to [0, 1]', () => {
    fc.assert(
      fc.property(fc.double(), (limit) => {
        const cpu = ChaosConfig.new().withCpuLimit(limit).build().cpuLimit;
        if (cpu !== undefined) expect(cpu >= 0 && cpu <= 1).toBe(true);
        else expect(limit).toBeNaN();
      }),
    );
  });
});

it('chaos.json of the chapter says what the builder says', () => {
  const file = `{
    "memory_limit": 104857600,
    "cpu_limit": 0.5,
    "timeout_secs": 30,
    "signal_injection": true,
    "network_latency_ms": 100,
    "packet_loss_rate": 0.1
  }`;
  const built = ChaosConfig.new()
    .withMemoryLimit(100 * MIB)
    .withCpuLimit(0.5)
    .withTimeoutSecs(30)
    .withSignalInjection(true)
    .withNetworkLatencyMs(100)
    .withPacketLossRate(0.1)
    .build();
  expect(ChaosConfig.fromJSON(file).settings).toEqual(built.settings);
});

describe('a run under chaos', () => {
  it('of ls in 10 MiB succeeds, or says "memory"', async () => {
    const config = ChaosConfig.new()
      .withMemoryLimit(10 * MIB)
      .build();
    const failure = await runTracerWithChaos('ls', ['/'], config).then(
      ({ trace }) => expect(trace.syscalls.length).toBeGreaterThan(0),
      (error: Error) => error,
    );
    if (failure instanceof Error) expect(failure.message).toContain('memory');
  });

  it.each<[string, ChaosConfig, string[]]>([
    [
      'memory',
      ChaosConfig.new()
        .withMemoryLimit(10 * MIB)
        .build(),
      ['tail', '/dev/zero'],
    ],
    ['timeout', ChaosConfig.new().withTimeoutMs(300).build(), ['sleep', '60']],
    [
      'signal',
      ChaosConfig.new().withSignalInjection(true).withSignals('TERM').withSignalRate(1).build(),
      ['sleep', '60'],
    ],
  ])('that it does not stand says "%s"', async (word, config, [command, ...args]) => {
    await expect(runTracerWithChaos(command!, args, config)).rejects.toThrow(word);
  });

  it('degrades gracefully: the complete scenario', async () => {
    const config = ChaosConfig.new()
      .withMemoryLimit(20 * MIB)
      .withCpuLimit(0.25)
      .withTimeoutSecs(10)
      .withSignalInjection(true)
      .withNetworkLatencyMs(200)
      .withPacketLossRate(0.15)
      .build();
    const outcome = await runTracerWithChaos('find', ['/etc', '-name', '*.conf'], config).then(
      ({ trace }) => trace.syscalls.length,
      (error: Error) => error.message,
    );
    if (typeof outcome === 'number') expect(outcome).toBeGreaterThan(0);
    else expect(outcome).toMatch(/timeout|memory|signal/);
  });

  it.each([
    ['works', 'echo $CHAOS_MODE', 'gentle\n'],
    ['hands a failure on', 'exit 3', ''],
  ])('in CI, by CHAOS_MODE=gentle, %s', (_, script, stdout) => {
    const finished = renacer(['--', 'sh', '-c', script], {
      cwd: emptyDirectory(),
      env: { ...process.env, CHAOS_MODE: 'gentle' },
    });
    expect(finished.stdout).toBe(stdout);
    expect(finished.stderr).toContain('again  renacer --chaos=gentle --seed=');
    expect(finished.status).toBe(stdout === '' ? 3 : 0);
  });
});
