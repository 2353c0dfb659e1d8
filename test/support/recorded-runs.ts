import fc from 'fast-check';
import type { StackFrame } from '../../src/model/stack-frame.ts';
import type { Recorded, RecordedCall } from '../../src/model/sweep.ts';

/** A frame of a function of `/bin/prog`, `at` bytes into it. Functions are 0x1000 bytes apart, in the order of the alphabet. */
export function frame(symbol: string, at = 1, file = '/bin/prog'): StackFrame {
  return { file, symbol, offset: at, address: symbol.charCodeAt(0) * 0x1000 + at, source: undefined };
}

/** A call of the first task, made from the first stack, that succeeds and could fail by EIO. */
export function call(made: Partial<RecordedCall> = {}): RecordedCall {
  return {
    task: '0',
    syscall: 'read',
    ordinal: 1,
    program: 0,
    stack: 0,
    situation: { fdKind: 'file', nonblocking: false, hasTimeout: false, canBlock: false },
    paths: [],
    result: 100,
    asked: 100,
    errors: ['EIO'],
    mayBeShort: true,
    isLoaders: false,
    ...made,
  };
}

/** A run of one program whose calls have their ordinals counted. */
export function run(stacks: readonly (readonly StackFrame[])[], calls: readonly Partial<RecordedCall>[]): Recorded {
  const ordinals = new Map<string, number>();
  const numbered = calls.map((made) => {
    const one = call(made);
    const key = `${one.task} ${one.syscall}`;
    const ordinal = (ordinals.get(key) ?? 0) + 1;
    ordinals.set(key, ordinal);
    return { ...one, ordinal };
  });
  return { programs: ['/bin/prog'], stacks, calls: numbered };
}

/** Any stack of some functions, from the innermost. */
export const anyStack: fc.Arbitrary<StackFrame[]> = fc.array(
  fc.tuple(fc.constantFrom('m', 'w', 'v', 'x'), fc.integer({ min: 1, max: 3 })).map(([name, at]) => frame(name, at)),
  { minLength: 1, maxLength: 12 },
);

/** Any run of some calls at some places. */
export const anyRun: fc.Arbitrary<Recorded> = fc.array(anyStack, { minLength: 1, maxLength: 5 }).chain((stacks) =>
  fc
    .array(
      fc.record({
        task: fc.constantFrom('0', '0.1'),
        syscall: fc.constantFrom('read', 'write', 'openat'),
        stack: fc.nat(stacks.length - 1),
        result: fc.constantFrom(-2, 0, 1, 50),
        errors: fc.subarray(['EIO', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']),
        mayBeShort: fc.boolean(),
        isLoaders: fc.boolean(),
        paths: fc.constantFrom([], ['/work/a'], ['/etc/b']),
      }),
      { maxLength: 30 },
    )
    .map((calls) => run(stacks, calls)),
);
