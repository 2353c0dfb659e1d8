import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseRecording,
  printRecordedFault,
  printRecordingHeader,
  RECORDING_VERSION,
  type Recorded,
  type RecordedFault,
  type RecordedSignal,
} from '../../../src/faults/replay-file.ts';
import { arbitraryRule } from './arbitrary-rule.ts';

const arbitraryFault: fc.Arbitrary<RecordedFault> = fc
  .record({
    task: fc.constantFrom('0', '0.1', '0.2.11'),
    syscall: fc.constantFrom('read', 'openat', 'clone3'),
    ordinal: fc.integer({ min: 1, max: 2 ** 40 }),
    rule: fc.string(),
    of: arbitraryRule,
  })
  .map(({ of, ...fault }) => ({ ...fault, fault: of.fault, habit: of.habit }));

const arbitrarySignal: fc.Arbitrary<RecordedSignal> = fc.record({
  task: fc.constantFrom('0', '0.1'),
  syscall: fc.constantFrom('read', 'openat'),
  ordinal: fc.integer({ min: 1, max: 2 ** 40 }),
  rule: fc.string(),
  signal: fc.constantFrom('SIGTERM', 'SIGUSR1'),
});

const arbitraryRecorded: fc.Arbitrary<Recorded> = fc.oneof(arbitraryFault, arbitrarySignal);

const header = { seed: 42, command: ['sh', '-c', 'echo "ä\n"'] };
const HEADER = printRecordingHeader(header);
const LINE = '{"task":"0.1","syscall":"read","ordinal":3,"rule":"read:error=EIO:prob=0.1","fault":"error=EIO"}\n';

describe('the file of recorded faults', () => {
  it('reads back what it prints', () => {
    const headers = fc.record({ seed: fc.maxSafeNat(), command: fc.array(fc.string()) });
    fc.assert(
      fc.property(headers, fc.array(arbitraryRecorded), ({ seed, command }, faults) => {
        const text = printRecordingHeader({ seed, command }) + faults.map(printRecordedFault).join('');
        expect(parseRecording(text, 'f')).toEqual({ name: 'f', seed, command, faults, torn: false });
      }),
    );
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
          fault: { call: { kind: 'error', errno: 'EIO' } },
          habit: 'kernel',
        },
      ],
      torn: false,
    });
  });

  it('says that its last line was cut, and keeps the others', () => {
    const recording = parseRecording(HEADER + LINE + LINE.slice(0, 20), 'f');
    expect(recording.torn).toBe(true);
    expect(recording.faults).toHaveLength(1);
  });

  it.each([
    ['', 'f:1: the file is empty'],
    ['{"a":1}\n', 'f:1: it is not a file of recorded faults'],
    ['null\n', 'f:1: it is not a JSON object'],
    ['nonsense\n', 'f:1: Unexpected token'],
    [HEADER.replace(`${RECORDING_VERSION}`, '99'), 'f:1: its version is 99'],
    [HEADER.replace('"version":1', '"version":"constructor"'), 'f:1: its version is constructor'],
    [HEADER.replace('42', '-1'), 'f:1: seed'],
    [HEADER.replace(/\[.*\]/, '"ls"'), 'f:1: command'],
    [HEADER + LINE + LINE.replace('3', '0'), 'f:3: ordinal'],
    [HEADER + LINE.replace('"0.1"', '1'), 'f:2: task'],
    [HEADER + LINE.replace('"error=EIO"', '"error=EFOO"'), "f:2: invalid inject argument 'read:error=EFOO'"],
    [`${HEADER}\n`, 'f:2: Unexpected end'],
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
