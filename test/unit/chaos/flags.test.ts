import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHAOS_FLAGS, parseFlags, printFlags } from '../../../src/chaos/flags.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';
import { ruleFromJson } from '../../../src/faults/rule-json.ts';
import { RenacerError } from '../../../src/model/errors.ts';
import { arbitrarySettings } from '../../support/arbitrary-settings.ts';
import { runs } from '../../support/runs.ts';

const split = (word: string): [string, string | undefined] => {
  const end = word.indexOf('=');
  return end < 0 ? [word, undefined] : [word.slice(0, end), word.slice(end + 1)];
};

const SIGNALS = 'one or more signals such as "SIGTERM", any but SIGKILL and SIGSTOP';
const DURATION = 'a duration up to 24 days: seconds, or with units such as "1m30s", "100ms"';

describe('flags', () => {
  it.each([
    ['--chaos-memory-limit=64M', { memoryLimit: 67108864 }],
    ['--chaos-memory-failure=enomem', { memoryFailure: 'enomem' }],
    ['--chaos-cpu-limit=0.5', { cpuLimit: 0.5 }],
    ['--chaos-cpu-limit=50%', { cpuLimit: 0.5 }],
    ['--chaos-timeout=10s', { timeoutMs: 10_000 }],
    ['--chaos-timeout=2', { timeoutMs: 2000 }],
    ['--chaos-kill-after=2s', { killAfterMs: 2000 }],
    ['--hang-after=5s', { hangAfterMs: 5000 }],
    ['--chaos-signals', { signalInjection: true }],
    ['--chaos-signals=SIGTERM,SIGINT', { signalInjection: true, signals: ['SIGTERM', 'SIGINT'] }],
    ['--chaos-signals=HUP,USR2,SIGRT_3', { signalInjection: true, signals: ['SIGHUP', 'SIGUSR2', 'SIGRT_3'] }],
    ['--chaos-signals=TERM,SIGTERM', { signalInjection: true, signals: ['SIGTERM'] }],
    ['--chaos-signals=none', { signalInjection: false }],
    ['--seed=42', { seed: 42 }],
    ['--chaos-network-latency=100ms', { networkLatencyMs: 100 }],
    ['--chaos-packet-loss=10%', { packetLossRate: 0.1 }],
    ['--chaos-bandwidth=1M', { bandwidthBytesPerSec: 1048576 }],
    ['--chaos-partition', { partition: true }],
    ['--chaos-network-to=:6379,db:1', { networkTo: [':6379', 'db:1'] }],
    ['--chaos-byzantine=0.1', { byzantine: { rate: 0.1 } }],
    ['--chaos-rule={"syscall":"read","error":"EIO"}', { rules: [ruleFromJson({ syscall: 'read', error: 'EIO' })] }],
    ['--faults-from=2s', { faultsFrom: 2000 }],
  ])('%s', (word, settings) => expect(parseFlags([split(word)])).toEqual(settings));

  it.each([
    [
      '--chaos-memory-limit=-5',
      '--chaos-memory-limit is "-5"; allowed: a size of at least 1 byte: a number of bytes, or with K, M, G or T such as "64M"',
    ],
    [
      '--chaos-memory-limit',
      '--chaos-memory-limit is without a value; allowed: a size of at least 1 byte: a number of bytes, or with K, M, G or T such as "64M"',
    ],
    [
      '--chaos-cpu-limit=1.5',
      '--chaos-cpu-limit is "1.5"; allowed: a number from 0 to 1, or a percentage such as "10%"',
    ],
    ['--chaos-timeout=ten', `--chaos-timeout is "ten"; allowed: ${DURATION}`],
    ['--chaos-timeout=', `--chaos-timeout is ""; allowed: ${DURATION}`],
    ['--chaos-memory-failure=oom', '--chaos-memory-failure is "oom"; allowed: "oom-kill", "enomem"'],
    ['--chaos-signals=SIGKILL', `--chaos-signals is "SIGKILL"; allowed: ${SIGNALS}`],
    ['--chaos-signals=STOP', `--chaos-signals is "STOP"; allowed: ${SIGNALS}`],
    ['--chaos-signals=SIGTERMS', `--chaos-signals is "SIGTERMS"; allowed: ${SIGNALS} (did you mean "SIGTERM"?)`],
    ['--chaos-signals=', `--chaos-signals is ""; allowed: ${SIGNALS}`],
    ['--seed=1.5', '--seed is "1.5"; allowed: a whole number from 0 to 9007199254740991'],
    [
      '--chaos-network-latency=100',
      '--chaos-network-latency is "100"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
    ],
    [
      '--chaos-byzantine-errors=EIO,io',
      '--chaos-byzantine-errors is "io"; allowed: names of errors such as "EIO", "ENOSPC" (did you mean "EIO"?)',
    ],
    [
      '--chaos-byzantine-errors=ENOSPACE',
      '--chaos-byzantine-errors is "ENOSPACE"; allowed: names of errors such as "EIO", "ENOSPC" (did you mean "ENOSPC"?)',
    ],
    [
      '--chaos-rule={',
      '--chaos-rule is "{"; allowed: an object with "syscall" and at least one fault, such as {"syscall": "read", "error": "EIO"}',
    ],
    [
      '--faults-from=later',
      '--faults-from is "later"; allowed: "exec", "entry", or a time after the start such as "2s"',
    ],
  ])('%s is refused', (word, message) => {
    expect(() => parseFlags([split(word)])).toThrow(new RenacerError('INVALID_VALUE', message));
  });

  it('JSON that is wrong is told in detail', () => {
    expect(() => parseFlags([['--chaos-rule', '{"syscall":"read","eror":"EIO"}']])).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: '--chaos-rule: unknown key "rules[0].eror" (with value "EIO"); did you mean "error"?',
      }),
    );
    expect(() => parseFlags([['--chaos-network-rule', '5']])).toThrow(
      '--chaos-network-rule: network_rules[0] is 5; allowed: an object of network options, such as {"to": [":6379"], "network_latency_ms": 100}',
    );
  });

  it('an unknown one is refused by name', () => {
    expect(() => parseFlags([['--chaos-x', '1']])).toThrow(
      new RenacerError('UNKNOWN_FLAG', '--chaos-x is not a chaos option'),
    );
  });

  it('the last one counts, but rules and bugs add up', () => {
    const words = [
      '--seed=1',
      '--chaos-bug=a',
      '--seed=2',
      '--chaos-bug=b',
      '--chaos-byzantine=1',
      '--chaos-byzantine-errors=EIO',
    ];
    expect(parseFlags(words.map(split))).toEqual({
      seed: 2,
      bugs: ['a', 'b'],
      byzantine: { rate: 1, errors: ['EIO'] },
    });
  });

  it('are put over a file', () => {
    const config = ChaosConfig.fromJSON({ cpu_limit: 0.5, seed: 1 }).withSettings(parseFlags([['--seed', '2']]));
    expect(config.settings).toEqual({ cpuLimit: 0.5, seed: 2 });
  });

  it('are printed as people write them', () => {
    const config = ChaosConfig.gentle().withSettings({
      timeoutMs: 90_000,
      memoryLimit: 67108864,
      signals: ['SIGTERM'],
    });
    expect(config.toFlags()).toEqual([
      '--chaos=gentle',
      '--chaos-memory-limit=64M',
      '--chaos-timeout=1m30s',
      '--chaos-signals=SIGTERM',
    ]);
  });

  it('parse(print(settings)) = settings', () => {
    // Naming signals is one flag with turning injection on, so that the two can't be apart here.
    const settings = arbitrarySettings.map((all) => (all.signals ? { ...all, signalInjection: true } : all));
    fc.assert(
      fc.property(settings, (all) => {
        expect(parseFlags(printFlags(all).map(split))).toEqual(all);
      }),
    );
  });

  it('no text makes one throw anything but its own error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHAOS_FLAGS), fc.oneof(fc.string(), fc.json()), (flag, text) => {
        try {
          flag.parse(text);
          return true;
        } catch (error) {
          return error instanceof RenacerError;
        }
      }),
      { numRuns: runs(1000) },
    );
  });
});
