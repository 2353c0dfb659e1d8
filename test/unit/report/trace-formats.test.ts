import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/model/trace-event.ts';
import { CsvTrace } from '../../../src/report/csv-trace.ts';
import { JsonTrace } from '../../../src/report/json-trace.ts';
import { traceJsonSchema, traceLineSchema } from '../../../src/report/trace-schema.ts';
import { entryOf, exitOf, type MadeCall } from '../../support/made-calls.ts';

const OPEN: MadeCall = { name: 'openat', args: [-100, 0x1000, 0], entry: { 1: 'a "b",\n' }, errno: 2 };
const READ: MadeCall = { name: 'read', args: [3, 0x2000, 10], exit: { 1: 'abc' }, result: 3 };
const CUT: MadeCall = { name: 'read', args: [3, 0x2000, 10], returned: false };
const base = { tid: 100, lineage: '0.10', time: 12.5 };
const STACK = [
  { file: '/lib/a.so', symbol: 'f(int, int)', offset: 20, address: 0x1139, source: 'a.cc:3' },
  { file: '/bin/b', symbol: undefined, offset: 0, address: 0x40, source: undefined },
];
const EVENTS: TraceEvent[] = [
  { ...base, kind: 'task-start', parentTid: 99, thread: true },
  ...[OPEN, READ, CUT].flatMap((call) => [entryOf(call), exitOf(call)]),
  { ...base, kind: 'signal', signal: 15, siginfo: new Uint8Array(128), injected: true },
  { ...base, kind: 'group-stop', signal: 19, instructionPointer: 0x1139, stack: STACK },
  { ...base, kind: 'exec-supersede', formerTid: 101 },
  { ...base, kind: 'task-end', exitStatus: undefined, signal: 9, coreDumped: false },
];

function written(
  make: (write: (text: string) => void) => { event(event: TraceEvent): void },
  events: readonly TraceEvent[] = EVENTS,
): string {
  let text = '';
  const trace = make((part) => {
    text += part;
  });
  for (const event of events) trace.event(event);
  return text;
}

describe('a result of 64 bits', () => {
  const seek: MadeCall = { name: 'lseek', args: [3, 0, 0], result: 2n ** 53n + 1n };

  it('is exact in JSON as raw_result', () => {
    const [, line] = written((write) => new JsonTrace(write, [], { stringLimit: 32 }), [exitOf(seek)]).split('\n');
    expect(JSON.parse(line!)).toMatchObject({ raw_result: '0x20000000000001', result_text: '9007199254740993' });
  });

  it('is exact in CSV', () => {
    expect(written((write) => new CsvTrace(write, { stringLimit: 32 }), [exitOf(seek)])).toContain(
      ',9007199254740993,',
    );
  });
});

describe('json', () => {
  const lines = written((write) => new JsonTrace(write, ['cmd', 'arg'], { stringLimit: 32 })).split('\n');
  const records = lines.slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is one object a line, each as the schema says', () => {
    expect(lines.at(-1)).toBe('');
    expect(records.map(({ type }) => type)).toEqual(
      'trace birth syscall syscall syscall signal stop exec-by-thread exit'.split(' '),
    );
    for (const record of records) expect(traceLineSchema.parse(record)).toEqual(record);
  });

  it('has the arguments raw and decoded, and results as numbers', () => {
    expect(records[2]).toMatchObject({
      args: ['AT_FDCWD', '"a \\"b\\",\\n"', 'O_RDONLY'],
      result: -1,
      error: 'ENOENT',
    });
    expect(records[2]).toMatchObject({ raw_args: ['0xffffffffffffff9c', '0x1000', '0'] });
    expect(records[3]).toMatchObject({ args: ['3', '"abc"', '10'], result: 3, error: null });
  });

  it('has what was passed, of a call that never came back', () => {
    expect(records[4]).toMatchObject({ args: ['3', '0x2000', '10'], result: null, result_text: '?' });
  });

  it('has where a task was, if it is known', () => {
    expect(records[6]).toMatchObject({
      ip: '0x1139',
      stack: [
        { file: '/lib/a.so', symbol: 'f(int, int)', offset: 20, address: '0x1139', source: 'a.cc:3' },
        { file: '/bin/b', symbol: null, offset: 0, address: '0x40', source: null },
      ],
    });
    expect(records[2]).toMatchObject({ ip: null, stack: null });
  });

  it('schema/trace.json is what the definition generates (npm run schemas)', () => {
    const committed: unknown = JSON.parse(readFileSync('schema/trace.json', 'utf8'));
    expect(committed).toEqual(JSON.parse(JSON.stringify(traceJsonSchema())));
  });
});

it('csv quotes what it must, and no cell is a formula', () => {
  const rows = written((write) => new CsvTrace(write, { stringLimit: 32 })).split('\r\n');
  expect(rows).toEqual([
    'time,task,pid,type,name,text,result,error,duration_us,injected,stack',
    '12.500000,t0.10,100,birth,,thread of 99,,,,false,',
    '0.000000,t0,100,syscall,openat,"openat(AT_FDCWD, ""a \\""b\\"",\\n"", O_RDONLY)",-1,ENOENT,0.000,false,',
    '0.000000,t0,100,syscall,read,"read(3, ""abc"", 10)",3,,0.000,false,',
    '0.000000,t0,100,syscall,read,"read(3, 0x2000, 10)",,,0.000,false,',
    expect.stringMatching(/^12\.500000,t0\.10,100,signal,SIGTERM,.*true,$/),
    '12.500000,t0.10,100,stop,SIGSTOP,stopped,,,,false,"/lib/a.so(f(int, int)+0x14) [0x1139] a.cc:3 < /bin/b() [0x40]"',
    '12.500000,t0.10,100,exec-by-thread,,execve in thread 101,,,,false,',
    '12.500000,t0.10,100,exit,SIGKILL,killed,,,,false,',
    '',
  ]);
});
