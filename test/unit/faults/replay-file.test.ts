import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultKey, isDecision, printNetworkFault } from '../../../src/faults/network-line.ts';
import {
  parseRecording,
  printRecordedFault,
  printRecordingHeader,
  RECORDING_VERSION,
  type Recorded,
  type RecordedFault,
  type RecordedSignal,
} from '../../../src/faults/replay-file.ts';
import { printRecordedSwitch } from '../../../src/faults/switch-line.ts';
import { SCHEDULE_POINTS } from '../../../src/model/schedule.ts';
import { arbitraryNetworkFault } from './arbitrary-network-fault.ts';
import { arbitraryRule } from './arbitrary-rule.ts';

const arbitraryFault: fc.Arbitrary<RecordedFault> = fc
  .record({
    task: fc.constantFrom('0', '0.1', '0.2.11'),
    syscall: fc.constantFrom('read', 'openat', 'clone3'),
    ordinal: fc.integer({ min: 1, max: 2 ** 40 }),
    rule: fc.string(),
    of: arbitraryRule,
  })
  .map(({ of, ...fault }) => ({ ...fault, fault: of.fault, semantics: of.semantics }));

const arbitrarySignal: fc.Arbitrary<RecordedSignal> = fc.record({
  task: fc.constantFrom('0', '0.1'),
  syscall: fc.constantFrom('read', 'openat'),
  ordinal: fc.integer({ min: 1, max: 2 ** 40 }),
  rule: fc.string(),
  signal: fc.constantFrom('SIGTERM', 'SIGUSR1'),
});

const arbitraryRecorded: fc.Arbitrary<Recorded> = fc.oneof(arbitraryFault, arbitrarySignal);

const header = { seed: 42, command: ['sh', '-c', 'echo "ä\n"'] };
const NETWORK = { backend: 'packets', options: { packet_loss_rate: 0.1 } };
const HEADER = printRecordingHeader(header);
const LINE = '{"task":"0.1","syscall":"read","ordinal":3,"rule":"read:error=EIO:prob=0.1","fault":"error=EIO"}\n';

const LOSS =
  '{"flow":"tcp 1","direction":"to","stream":"data","packet":2,"rule":"network","fault":"loss","service":"127.0.0.1:80"}\n';

describe('the file of recorded faults', () => {
  it('reads back what it prints', () => {
    const headers = fc.record({ seed: fc.maxSafeNat(), command: fc.array(fc.string()) });
    fc.assert(
      fc.property(headers, fc.array(arbitraryRecorded), ({ seed, command }, faults) => {
        const text = printRecordingHeader({ seed, command }) + faults.map(printRecordedFault).join('');
        expect(parseRecording(text, 'f')).toEqual({
          name: 'f',
          seed,
          command,
          faults,
          networkFaults: [],
          torn: false,
        });
      }),
    );
  });

  it('reads back the faults of a network, in whatever order they stand among others', () => {
    const distinct = fc.uniqueArray(arbitraryNetworkFault.filter(isDecision), { selector: faultKey });
    fc.assert(
      fc.property(distinct, fc.array(arbitraryRecorded), fc.nat(), (network, faults, at) => {
        const lines = faults.map(printRecordedFault);
        lines.splice(at % (lines.length + 1), 0, network.map(printNetworkFault).join(''));
        const read = parseRecording(printRecordingHeader({ ...header, network: NETWORK }) + lines.join(''), 'f');
        expect(read).toMatchObject({ network: NETWORK, faults, networkFaults: network });
      }),
    );
  });

  it('takes what follows from conditions, and another query of a lookup, for no fault of their own', () => {
    const failed = `${LOSS.replace('loss', 'dns-timeout').replace('"service"', '"name":"a.b","lookup":1,"service"')}`;
    const text = printRecordingHeader({ ...header, network: NETWORK }) + LOSS.replace('loss', 'partition') + failed;
    const read = parseRecording(text + failed.replace('"packet":2', '"packet":3'), 'f');
    expect(read.networkFaults).toMatchObject([{ kind: 'dns-timeout', packet: 2, lookup: { name: 'a.b', ordinal: 1 } }]);
  });

  it('reads back the switches between tasks, in whatever order they stand among faults', () => {
    const lineage = fc.constantFrom('0', '0.1', '0.2.11');
    const made = fc.record({ task: lineage, point: fc.integer({ min: 1 }), why: fc.string(), to: lineage });
    const points = fc.constantFrom(...SCHEDULE_POINTS);
    fc.assert(
      fc.property(fc.array(made), fc.array(arbitraryRecorded), points, fc.nat(), (switches, faults, where, at) => {
        const lines = faults.map(printRecordedFault);
        lines.splice(at % (lines.length + 1), 0, switches.map(printRecordedSwitch).join(''));
        const read = parseRecording(printRecordingHeader({ ...header, points: where }) + lines.join(''), 'f');
        expect(read).toMatchObject({ schedule: { points: where, switches }, faults });
      }),
    );
  });

  it('refuses switches that are none, and those without a schedule', () => {
    const first = printRecordingHeader({ ...header, points: 'calls' });
    const turn = printRecordedSwitch({ task: '0', point: 1, why: 'birth', to: '0.1' });
    expect(() => parseRecording(HEADER + turn, 'f')).toThrow('f:2: the first line names no schedule');
    for (const [from, to] of [
      ['"point":1', '"point":0'],
      ['"to":"0.1"', '"to":7'],
      ['{"turn":{', '{"turn":null,"x":{'],
    ] as const) {
      expect(() => parseRecording(first + turn.replace(from, to), 'f')).toThrow(/^f:2: .*turn/);
    }
    expect(() => parseRecording(first.replace('calls', 'moments'), 'f')).toThrow('none of calls, locks, data');
  });

  it('version 1 is read for ever', () => {
    expect(parseRecording(`{"format":"renacer-faults","version":1,"seed":7,"command":["ls"]}\n${LINE}`, 'f')).toEqual({
      name: 'f',
      seed: 7,
      command: ['ls'],
      faults: [
        {
          task: '0.1',
          syscall: 'read',
          ordinal: 3,
          rule: 'read:error=EIO:prob=0.1',
          fault: { error: 'EIO' },
          semantics: 'kernel',
        },
      ],
      networkFaults: [],
      torn: false,
    });
  });

  it('says that its last line was cut, and keeps the others', () => {
    const recording = parseRecording(HEADER + LINE + LINE.slice(0, 20), 'f');
    expect(recording.torn).toBe(true);
    expect(recording.faults).toHaveLength(1);
  });

  it('may lack its last line end', () => {
    const recording = parseRecording(HEADER + LINE + LINE.trimEnd(), 'f');
    expect(recording.torn).toBe(false);
    expect(recording.faults).toHaveLength(2);
  });

  it('is read, or refused with BAD_RECORDING, whatever a line of a network says', () => {
    const known = JSON.parse(LOSS) as Record<string, unknown>;
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(known), 'reset', 'dns-timeout', 3, 'a.b'));
    const keys = [...Object.keys(known), 'after_bytes', 'after_ms', 'name', 'lookup'].map((key) => [key, value]);
    const line = fc.record(Object.fromEntries(keys) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: ['flow'],
    });
    fc.assert(
      fc.property(line, (changed) => {
        const text = `${printRecordingHeader({ ...header, network: NETWORK })}${JSON.stringify({ ...known, ...changed })}\n`;
        try {
          expect(parseRecording(text, 'f').networkFaults.length).toBeLessThan(2);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_RECORDING' });
        }
      }),
    );
  });

  it.each([
    ['', 'f:1: the file is empty'],
    ['{"a":1}\n', 'f:1: it is not a file of recorded faults'],
    ['null\n', 'f:1: it is not a JSON object'],
    ['nonsense\n', 'f:1: Unexpected token'],
    [HEADER.replace(`${RECORDING_VERSION}`, '99'), 'f:1: its version is 99'],
    [HEADER.replace(`"version":${RECORDING_VERSION}`, '"version":"constructor"'), 'f:1: its version is constructor'],
    [HEADER.replace('42', '-1'), 'f:1: seed'],
    [HEADER.replace(/\[.*\]/, '"ls"'), 'f:1: command'],
    [HEADER + LINE + LINE.replace('3', '0'), 'f:3: ordinal'],
    [HEADER + LINE.replace('"0.1"', '1'), 'f:2: task'],
    [HEADER + LINE.replace('"error=EIO"', '"error=EFOO"'), "f:2: invalid inject argument 'read:error=EFOO'"],
    [`${HEADER}\n`, 'f:2: Unexpected end'],
    [HEADER + LOSS, 'f:2: the first line names no network'],
    [HEADER.replace('}\n', ',"network":{"backend":1}}\n'), 'f:1: network'],
    [HEADER + LOSS.replace('tcp 1', 'tcp 0'), 'f:2: flow must be a protocol and an ordinal'],
    [HEADER + LOSS.replace('"to"', '"both"'), 'f:2: direction'],
    [HEADER + LOSS.replace('data', 'syn'), 'f:2: stream'],
    [HEADER + LOSS.replace('2', '0'), 'f:2: packet'],
    [HEADER + LOSS.replace('"network"', '7'), 'f:2: rule'],
    [HEADER + LOSS.replace('loss', 'rain'), 'f:2: fault must be one of loss, duplicate, '],
    [HEADER + LOSS.replace('loss', 'reset'), 'f:2: a reset must have after_bytes or after_ms'],
    [HEADER + LOSS.replace('loss', 'dns-timeout'), 'f:2: name must be a text'],
  ])('refuses %j with the place', (text, message) => {
    let refusal: unknown;
    try {
      parseRecording(text, 'f');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'BAD_RECORDING', message: expect.stringContaining(message) });
  });
});
