import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig, readConfigFile } from '../../../src/chaos/config-file.ts';
import { toFileForm } from '../../../src/chaos/file-form.ts';
import { ChaosConfig } from '../../../src/chaos-full.ts';
import { RenacerError } from '../../../src/model/errors.ts';

const SIZE = 'a size of at least 1 byte: a number of bytes, or with K, M, G or T such as "64M"';
const RATE = 'a number from 0 to 1, or a percentage such as "10%"';
const RULE = 'an object with "syscall" and at least one fault, such as {"syscall": "read", "error": "EIO"}';

function failure(act: () => unknown): RenacerError {
  try {
    act();
  } catch (error) {
    if (error instanceof RenacerError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

const inFile = (text: string) => toFileForm(parseConfig(text));

describe('the file of the issue', () => {
  it('is read', () => {
    const text = `{"memory_limit": 104857600, "cpu_limit": 0.5, "timeout_secs": 30, "signal_injection": true, "network_latency_ms": 100, "packet_loss_rate": 0.1}`;
    expect(parseConfig(text)).toEqual({
      memoryLimit: 104857600,
      cpuLimit: 0.5,
      timeoutMs: 30_000,
      signalInjection: true,
      networkLatencyMs: 100,
      packetLossRate: 0.1,
    });
    expect(ChaosConfig.fromJSON(text).toJSON()).toEqual(JSON.parse(text));
  });

  it('may say the same in text', () => {
    expect(
      parseConfig(`{"$schema": "x", "seed": 7, "memory_limit": "64MiB", "timeout": "1m30s", "network_latency": "100ms",
        "bandwidth_bytes_per_sec": "1M", "packet_loss_rate": "10%", "faults_from": "2s", "kill_after": "500ms",
        "network_rules": [{"to": [":6379"], "network_latency": "1s"}]}`),
    ).toEqual({
      seed: 7,
      memoryLimit: 67108864,
      timeoutMs: 90_000,
      networkLatencyMs: 100,
      bandwidthBytesPerSec: 1048576,
      packetLossRate: 0.1,
      faultsFrom: 2000,
      killAfterMs: 500,
      networkRules: [{ networkTo: [':6379'], networkLatencyMs: 1000 }],
    });
  });

  it('takes one value where a list will do', () => {
    expect(
      inFile(`{"signals": "TERM", "to": ":6379", "bugs": "fsync-lies", "byzantine": {"errors": "EIO,ENOSPC"},
        "rules": {"syscall": "read", "error": "EIO"}, "network_rules": {"to": ":1", "partition": true}}`),
    ).toEqual({
      signals: ['SIGTERM'],
      to: [':6379'],
      bugs: ['fsync-lies'],
      byzantine: { errors: ['EIO', 'ENOSPC'] },
      rules: [{ syscall: 'read', error: 'EIO' }],
      network_rules: [{ to: [':1'], partition: true }],
    });
  });

  it('takes percentages wherever a rate is', () => {
    expect(
      inFile(`{"cpu_limit": "50%", "packet_loss_bursts": {"enter": "1%", "leave": 0.25},
        "rules": [{"syscall": "read", "error": "EIO", "probability": "50%"}]}`),
    ).toEqual({
      cpu_limit: 0.5,
      packet_loss_bursts: { enter: 0.01, leave: 0.25 },
      rules: [{ syscall: 'read', error: 'EIO', probability: 0.5 }],
    });
  });

  it('keeps fractional seconds exactly', () => {
    expect(parseConfig('{"timeout_secs": 0.1005}').timeoutMs).toBe(100.5);
    expect(parseConfig('{"timeout_secs": 1.1}').timeoutMs).toBe(1100);
  });
});

/** text, code, message. */
const BAD: [string, string, string][] = [
  ['', 'CONFIG_SYNTAX', '1:1: the file is empty; allowed: a JSON object, at least {}'],
  ['  \n', 'CONFIG_SYNTAX', '1:1: the file is empty; allowed: a JSON object, at least {}'],
  ['\uFEFF{}', 'CONFIG_SYNTAX', '1:1: the file begins with a byte order mark; save it as UTF-8 without one'],
  ['{', 'CONFIG_SYNTAX', '1:2: a closing brace } is expected here'],
  ['{"seed": 1', 'CONFIG_SYNTAX', '1:11: a closing brace } is expected here'],
  ['{"seed": NaN}', 'CONFIG_SYNTAX', '1:10: this is not JSON: NaN'],
  ['{"seed": Infinity}', 'CONFIG_SYNTAX', '1:10: this is not JSON: Infinity'],
  ['{\n  "seed": 1,\n}', 'CONFIG_SYNTAX', '2:12: a trailing comma is not allowed in JSON: remove it'],
  ['{"signals": ["SIGINT", ]}', 'CONFIG_SYNTAX', '1:22: a trailing comma is not allowed in JSON: remove it'],
  ['{"seed" 1}', 'CONFIG_SYNTAX', '1:9: a colon is expected here: 1'],
  ['{"seed": 1 "x": 2}', 'CONFIG_SYNTAX', '1:12: a comma is expected here: "x"'],
  ['// seed\n{}', 'CONFIG_SYNTAX', '1:1: comments are not allowed in JSON: // seed'],
  ['{"seed": "1}', 'CONFIG_SYNTAX', '1:10: the string does not end: "1}'],
  ['{} {}', 'CONFIG_SYNTAX', '1:4: the end of the file is expected here: {'],
  ["{'seed': 1}", 'CONFIG_SYNTAX', "1:2: this is not JSON: 'seed'"],
  [`${'['.repeat(33)}`, 'CONFIG_SYNTAX', '1:33: the values are nested more than 32 deep'],
  ['[]', 'CONFIG_INVALID', '1:1: the configuration is []; allowed: an object'],
  ['"gentle"', 'CONFIG_INVALID', '1:1: the configuration is "gentle"; allowed: an object'],
  ['null', 'CONFIG_INVALID', '1:1: the configuration is null; allowed: an object'],
  [
    '{"memory_limt": 5}',
    'CONFIG_INVALID',
    '1:2: unknown key "memory_limt" (with value 5); did you mean "memory_limit"?',
  ],
  [
    '{"memoryLimit": 5}',
    'CONFIG_INVALID',
    '1:2: unknown key "memoryLimit" (with value 5); did you mean "memory_limit"?',
  ],
  ['{\n\t"memory_limit": -5\n}', 'CONFIG_INVALID', `2:18: memory_limit is -5; allowed: ${SIZE}`],
  ['{"memory_limit": 0}', 'CONFIG_INVALID', `1:18: memory_limit is 0; allowed: ${SIZE}`],
  ['{"memory_limit": 1.5}', 'CONFIG_INVALID', `1:18: memory_limit is 1.5; allowed: ${SIZE}`],
  ['{"memory_limit": 1e999}', 'CONFIG_INVALID', `1:18: memory_limit is 1e999; allowed: ${SIZE}`],
  ['{"memory_limit": 9007199254740993}', 'CONFIG_INVALID', `1:18: memory_limit is 9007199254740993; allowed: ${SIZE}`],
  ['{"memory_limit": "64X"}', 'CONFIG_INVALID', `1:18: memory_limit is "64X"; allowed: ${SIZE}`],
  ['{"memory_limit": null}', 'CONFIG_INVALID', `1:18: memory_limit is null; allowed: ${SIZE}`],
  ['{"memory_limit": [1,\n 2]}', 'CONFIG_INVALID', `1:18: memory_limit is [1, 2]; allowed: ${SIZE}`],
  [
    '{"memory_failure": "oomkill"}',
    'CONFIG_INVALID',
    '1:20: memory_failure is "oomkill"; allowed: "oom-kill", "enomem" (did you mean "oom-kill"?)',
  ],
  ['{"cpu_limit": 2}', 'CONFIG_INVALID', `1:15: cpu_limit is 2; allowed: ${RATE}`],
  ['{"cpu_limit": "half"}', 'CONFIG_INVALID', `1:15: cpu_limit is "half"; allowed: ${RATE}`],
  [
    '{"timeout_secs": "30s"}',
    'CONFIG_INVALID',
    '1:18: timeout_secs is "30s"; allowed: a number of seconds from 0 to 2147483.647; as text, give "timeout"',
  ],
  [
    '{"timeout": 30}',
    'CONFIG_INVALID',
    '1:13: timeout is 30; allowed: "30s" (a number needs its unit), or timeout_secs: 30',
  ],
  [
    '{"network_rules": [{"network_latency": 5}]}',
    'CONFIG_INVALID',
    '1:40: network_rules[0].network_latency is 5; allowed: "5ms" (a number needs its unit), or network_latency_ms: 5',
  ],
  [
    '{"timeout": "30s", "timeout_secs": 30}',
    'CONFIG_INVALID',
    '1:2: timeout and timeout_secs set the same option; give one of them',
  ],
  [
    '{"network_latency": "100"}',
    'CONFIG_INVALID',
    '1:21: network_latency is "100"; allowed: a duration up to 24 days with its unit, such as "100ms", "1m30s"',
  ],
  ['{"signal_injection": "yes"}', 'CONFIG_INVALID', '1:22: signal_injection is "yes"; allowed: true or false'],
  [
    '{"signals": []}',
    'CONFIG_INVALID',
    '1:13: signals is []; allowed: one or more signals such as "SIGTERM", any but SIGKILL and SIGSTOP',
  ],
  [
    '{"signals": ["SIGTERM", "sigint"]}',
    'CONFIG_INVALID',
    '1:25: signals[1] is "sigint"; allowed: one or more signals such as "SIGTERM", any but SIGKILL and SIGSTOP',
  ],
  ['{"seed": -1}', 'CONFIG_INVALID', '1:10: seed is -1; allowed: a whole number from 0 to 9007199254740991'],
  ['{"seed": 1, "seed": 2}', 'CONFIG_INVALID', '1:13: duplicate key "seed", given at 1:2 already'],
  ['{"packet_loss_rate": "110%"}', 'CONFIG_INVALID', `1:22: packet_loss_rate is "110%"; allowed: ${RATE}`],
  [
    '{"byzantine": {"rat": 1}}',
    'CONFIG_INVALID',
    '1:16: unknown key "byzantine.rat" (with value 1); did you mean "rate"?',
  ],
  ['{"cpu": 0.5}', 'CONFIG_INVALID', '1:2: unknown key "cpu" (with value 0.5); did you mean "cpu_limit"?'],
  [
    '{"loss": 0.5}',
    'CONFIG_INVALID',
    '1:2: unknown key "loss" (with value 0.5); did you mean "packet_loss_rate" or "packet_loss_bursts"?',
  ],
  [
    '{"rules": {"syscall": "read", "eror": "EIO"}}',
    'CONFIG_INVALID',
    '1:31: unknown key "rules.eror" (with value "EIO"); did you mean "error"?',
  ],
  [
    '{"network_rules": [5]}',
    'CONFIG_INVALID',
    '1:20: network_rules[0] is 5; allowed: an object of network options, such as {"to": [":6379"], "network_latency_ms": 100}',
  ],
  ['{"byzantine": 0.1}', 'CONFIG_INVALID', '1:15: byzantine is 0.1; allowed: an object'],
  [
    '{"rules": [{"error": "EIO"}]}',
    'CONFIG_INVALID',
    '1:12: rules[0].syscall is missing; allowed: a system call, a class such as "%network", /regex/, or a list of them',
  ],
  ['{"rules": [{"syscall": "read"}]}', 'CONFIG_INVALID', `1:12: rules[0] is {"syscall": "read"}; allowed: ${RULE}`],
  [
    '{"rules": [{"syscall": "read", "error": "EIO"}, {"syscall": "write", "error": "ENOSPACE", "lost": true}]}',
    'CONFIG_INVALID',
    "1:49: rules[1]: 'ENOSPACE' is neither the name of an error nor a number from 1 to 4095: did you mean ENOSPC?",
  ],
  [
    '{"rules": [{"syscall": "read", "error": "eio"}]}',
    'CONFIG_INVALID',
    '1:41: rules[0].error is "eio"; allowed: the name of an error such as "EIO", or its number',
  ],
  [
    '{"__proto__": {"seed": 1}, "seeds": 1}',
    'CONFIG_INVALID',
    '1:28: unknown key "seeds" (with value 1); did you mean "seed"?',
  ],
];

/** key of a rule, value, what is allowed */
const BAD_RULE: [string, unknown, string][] = [
  ['fd', -1, 'a number, "file", "dir", "pipe", "socket", "tty", "eventfd", "other"'],
  ['fd', 'sockets', 'a number, "file", "dir", "pipe", "socket", "tty", "eventfd", "other"'],
  ['retval', '0xzz', 'a whole number, or text such as "0x10"'],
  ['retval', 1.5, 'a whole number, or text such as "0x10"'],
  ['corrupt', 0, 'a count of bytes or bits, such as 8 or "1bit,flip"'],
  ['args', [], '"argN&MASK" or "argN==VALUE", in a list'],
  ['times', 0, 'a whole number of at least 1'],
  ['when', '0x3', 'FIRST[..LAST][+[STEP]], such as "3+"'],
  ['kill', true, '"before", "after"'],
  ['count', 'all', '"task", "tree"'],
  ['probability', 1.5, RATE],
  ['probability', '150%', RATE],
];

it.each(BAD_RULE)('a rule with %s %j', (key, value, allowed) => {
  const { message } = failure(() =>
    parseConfig(JSON.stringify({ rules: [{ syscall: 'read', error: 'EIO', [key]: value }] })),
  );
  expect(message).toMatch(/^config:1:\d+: rules\[0\]/);
  expect(message).toContain(` is ${JSON.stringify(value)}; allowed: ${allowed}`);
});

describe('a bad configuration', () => {
  it.each(BAD)('%j', (text, code, message) => {
    const error = failure(() => parseConfig(text, 'chaos.json'));
    expect(error.message.split('\n').at(-1)).toBe(`chaos.json:${message}`);
    expect([error.code, error.exitCode]).toEqual([code, 125]);
  });

  it('tells all that is wrong, in the order of the file', () => {
    const error = failure(() => parseConfig('{\n"cpu_limit": 2,\n"seeds": 1,\n"memory_limit": "x"\n}', 'chaos.json'));
    expect(error.message).toBe(
      [
        `chaos.json:2:14: cpu_limit is 2; allowed: ${RATE}`,
        'chaos.json:3:1: unknown key "seeds" (with value 1); did you mean "seed"?',
        `chaos.json:4:17: memory_limit is "x"; allowed: ${SIZE}`,
      ].join('\n'),
    );
  });

  it('tells what means nothing too, beside what is wrong in its form', () => {
    const text = `{
      "cpu_limit": 2,
      "rules": [{"syscall": "raed", "error": "EIO"}, {"syscall": "read", "error": "ENOSPACE"},
        {"syscall": "read", "when": "x", "error": "NONE"}],
      "bugs": "fsync-lie",
      "byzantine": {"rate": 0.1, "errors": ["EIO", "ENOSPACE"], "syscalls": ["read", "%nett"]},
      "network_rules": [{"to": [":80", ":99999"], "partition": true}]
    }`;
    const lines = failure(() => parseConfig(text, 'c')).message.split('\n');
    expect(lines.map((line) => line.replace(/(real|simulated bugs are|Allowed are) .*/, '$1'))).toEqual([
      `c:2:20: cpu_limit is 2; allowed: ${RATE}`,
      'c:3:17: rules[0]: bad set of system calls "raed": "raed" is not a system call or class. Did you mean "read"?',
      "c:3:54: rules[1]: 'ENOSPACE' is neither the name of an error nor a number from 1 to 4095: did you mean ENOSPC?",
      'c:4:37: rules[2].when is "x"; allowed: FIRST[..LAST][+[STEP]], such as "3+"',
      'c:4:51: rules[2].error is "NONE"; allowed: the name of an error such as "EIO", or its number',
      'c:5:15: bugs: there is no simulated bug "fsync-lie" (did you mean "fsync-lies"?). the simulated bugs are',
      'c:6:52: byzantine.errors[1] is "ENOSPACE"; allowed: names of errors such as "EIO", "ENOSPC" (did you mean "ENOSPC"?)',
      'c:6:86: byzantine.syscalls[1]: bad set of system calls "%nett": "%nett" is not a system call or class. Did you mean "%net"?',
      'c:7:40: network_rules[0].to[1]: ":99999" is not a network target. Allowed are',
    ]);
  });

  it('lists what is allowed where no key is near', () => {
    const { message } = failure(() => parseConfig('{"packet_loss_bursts": {"enter": 0, "leave": 1, "xyzzy": 1}}', 'c'));
    expect(message).toBe(
      'c:1:49: unknown key "packet_loss_bursts.xyzzy" (with value 1); allowed: enter, leave, inside, outside',
    );
  });

  it('cannot reach prototypes', () => {
    expect(failure(() => parseConfig('{"__proto__": {"seed": 1}}')).message).toContain('unknown key "__proto__"');
    expect(failure(() => parseConfig('{"constructor": 1}')).message).toContain('unknown key "constructor"');
  });

  it('is told without a position where it came as an object', () => {
    const { message } = failure(() => ChaosConfig.fromJSON({ memory_limit: Number.NaN, seed: Infinity }));
    expect(message).toBe(
      `config: memory_limit is NaN; allowed: ${SIZE}\nconfig: seed is Infinity; allowed: a whole number from 0 to 9007199254740991`,
    );
  });
});

describe('a bad file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'renacer-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const inFolder = (name: string) => path.join(folder, name);
  const messageOf = (file: string) => {
    const { code, message } = failure(() => readConfigFile(file));
    return [code, message.replace(folder, '')];
  };

  it('names the file', () => {
    writeFileSync(inFolder('bad.json'), '{"seed": -1}');
    expect(messageOf(inFolder('bad.json'))).toEqual([
      'CONFIG_INVALID',
      '/bad.json:1:10: seed is -1; allowed: a whole number from 0 to 9007199254740991',
    ]);
  });

  it('is missing, a directory, a device, too large, or no text', () => {
    mkdirSync(inFolder('dir'));
    writeFileSync(inFolder('large'), ' '.repeat(1024 ** 2 + 1));
    writeFileSync(inFolder('latin1'), Buffer.from([0x7b, 0xe9, 0x7d]));
    expect(messageOf(inFolder('nope'))).toEqual(['CONFIG_UNREADABLE', '/nope: no such file']);
    expect(messageOf(inFolder('dir'))).toEqual(['CONFIG_UNREADABLE', '/dir: is a directory']);
    expect(messageOf('/dev/zero')).toEqual(['CONFIG_UNREADABLE', '/dev/zero: is not a file']);
    expect(messageOf(inFolder('large'))).toEqual([
      'CONFIG_UNREADABLE',
      '/large: is larger than a configuration can be (1048576 bytes)',
    ]);
    expect(messageOf(inFolder('latin1'))).toEqual(['CONFIG_SYNTAX', '/latin1: the file is not UTF-8 text']);
    expect(messageOf('')).toEqual(['CONFIG_UNREADABLE', 'the name of the configuration file is missing']);
  });

  it('may not be read', () => {
    writeFileSync(inFolder('secret'), '{}');
    chmodSync(inFolder('secret'), 0);
    const nobody = 65534;
    const isRoot = process.geteuid!() === 0;
    if (isRoot) process.seteuid!(nobody);
    try {
      expect(messageOf(inFolder('secret'))).toEqual(['CONFIG_UNREADABLE', '/secret: permission denied']);
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });
});
