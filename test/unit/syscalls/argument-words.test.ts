import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptureSize } from '../../../src/model/capture.ts';
import { formatArguments, formatResult } from '../../../src/syscalls/format-call.ts';
import { capturesOf, dependenceOf } from '../../../src/syscalls/signatures.ts';
import { syscallEntry, syscallName, syscallNumbers } from '../../../src/syscalls/syscall-table.ts';
import { exitOf, type Memory, words } from '../../support/made-calls.ts';
import { runs } from '../../support/runs.ts';

/** What is shown of a word of 64 bits is what the kernel reads of it: all of a long, and of an int nothing but its 32 bits. */

/** Where the table has a long of which the kernel looks at the lower half alone: by argument, and for which text of the call. */
const READ_AS_INT: Readonly<Record<string, readonly (readonly [index: number, text: RegExp])[]>> = {
  fcntl: [[2, /F_(DUPFD|SET|ADD|NOTIFY)/]],
  futex: [[3, /REQUEUE|WAKE_OP/]],
  ioctl: [[2, /TC\w+|TIOC\w+/]],
  kcmp: [
    [3, /KCMP_/],
    [4, /KCMP_/],
  ],
  keyctl: [
    [1, /KEYCTL_/],
    [2, /KEYCTL_/],
    [3, /KEYCTL_/],
    [4, /KEYCTL_/],
  ],
  mount: [[3, /MS_MGC_VAL/]],
  ptrace: [[1, /./]],
};

/** A machine that does much else may need it. */
const LONG = 120_000;

const EDGES = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n, 0xbadc0ded00000000n];
const word = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 1n, max: 300n }),
);
const sixWords = fc.tuple(word, word, word, word, word, word);
const bit = fc.nat(63);

/** What calls are asked to do, where their other arguments depend on it. */
const ASKED = syscallNumbers().flatMap((nr) => {
  const { arg = 0, values = [] } = dependenceOf(nr) ?? {};
  return values.map((value) => ({ nr, arg, value }));
});

/** Values of an argument that others may depend on: small ones, requests of ptrace, of terminals. */
const selector = fc.oneof(
  fc.nat(64),
  fc.integer({ min: 1024, max: 1044 }),
  fc.integer({ min: 0x4200, max: 0x4212 }),
  fc.integer({ min: 0x5401, max: 0x5480 }),
);

function textOf(nr: number, args: readonly bigint[], entry: Memory = {}): string {
  return formatArguments(exitOf({ name: nr, args, entry, exit: entry }), { stringLimit: 32 });
}

/** How much would be copied for each argument. */
function sizesOf(nr: number, args: readonly bigint[]): string {
  const exact = words(args);
  const bytes = (size: CaptureSize): number => {
    if (typeof size === 'number') return size;
    if (!('arg' in size)) return -1;
    return size.int ? exact.i32(size.arg) : exact.signed(size.arg);
  };
  return capturesOf(nr, exact)
    .map((capture) => {
      if (capture.kind === 'bytes') return `${capture.arg}: ${bytes(capture.size)}`;
      return 'count' in capture ? `${capture.arg}: ${bytes(capture.count)} elements` : capture.kind;
    })
    .join();
}

function withBit(args: readonly bigint[], index: number, at: number): readonly bigint[] {
  return args.with(index, args[index]! ^ (1n << BigInt(at)));
}

/** What is wrong about one bit of one word; undefined if nothing is. */
function mistake(nr: number, args: readonly bigint[], index: number, at: number): string | undefined {
  const width = syscallEntry(nr)?.args[index]?.width ?? 8;
  const other = withBit(args, index, at);
  const text = textOf(nr, args);
  const otherText = textOf(nr, other);
  const where = `${syscallName(nr)}, bit ${at} of argument ${index}`;
  if (width < 8 && at >= 32) {
    if (text !== otherText) return `${where} means nothing: ${text} and ${otherText}`;
    const sizes = sizesOf(nr, args);
    const otherSizes = sizesOf(nr, other);
    return sizes === otherSizes ? undefined : `${where} means nothing: it copies ${sizes} and ${otherSizes}`;
  }
  const isInt = READ_AS_INT[syscallName(nr)]?.some(([which, what]) => which === index && what.test(text));
  if (width < 8 || isInt || text !== otherText) return undefined;
  const isShown = [4, 12].every((shown) => text !== textOf(nr, withBit(args, index, shown)));
  return isShown ? `${where} is lost: ${text}` : undefined;
}

describe('a word is shown as the kernel reads it', () => {
  it(
    'of every call',
    () => {
      fc.assert(
        fc.property(sixWords, bit, (args, at) => {
          const mistakes = syscallNumbers().flatMap((nr) =>
            syscallEntry(nr)!.args.flatMap((_, index) => mistake(nr, args, index, at) ?? []),
          );
          expect(mistakes).toEqual([]);
        }),
        { numRuns: runs(40) },
      );
    },
    LONG,
  );

  it(
    'of calls by what they are asked to do',
    () => {
      fc.assert(
        fc.property(sixWords, bit, (args, at) => {
          const mistakes = ASKED.flatMap(({ nr, arg, value }) => {
            const asked = args.with(arg, BigInt(value));
            return syscallEntry(nr)!.args.flatMap((_, index) => mistake(nr, asked, index, at) ?? []);
          });
          expect(mistakes).toEqual([]);
        }),
        { numRuns: runs(40) },
      );
    },
    LONG,
  );

  it('as a result', () => {
    fc.assert(
      fc.property(word, (result) => {
        const texts = ['read', 'lseek', 'brk', 'mmap', 'getrandom'].map((name) =>
          formatResult(exitOf({ name, result }), { stringLimit: 32 }),
        );
        const exact = [String(BigInt.asIntN(64, result)), result === 0n ? '0' : `0x${result.toString(16)}`];
        expect(texts.filter((text) => !exact.includes(text))).toEqual([]);
      }),
    );
  });
});

const SIZE = 256;

/** Every number that stands in these bytes in 8 of them, signed or not. */
function numbersIn(bytes: Uint8Array): Set<string> {
  const view = Buffer.from(bytes);
  const found = new Set<string>();
  for (let at = 0; at + 8 <= view.length; at++) {
    found.add(String(view.readBigUInt64LE(at))).add(String(view.readBigInt64LE(at)));
  }
  return found;
}

/** Of a number as C writes it: with a zero in front it is octal. */
function numberOf(text: string): bigint {
  return BigInt(text.replace(/^0(?=\d)/, '0o'));
}

describe('a structure', () => {
  it(
    'has no number of more than 53 bits that does not stand in it',
    () => {
      fc.assert(
        fc.property(
          fc.array(word, { minLength: SIZE / 8, maxLength: SIZE / 8 }),
          sixWords,
          selector,
          fc.nat(3),
          (memory, args, value, which) => {
            const bytes = new Uint8Array(BigUint64Array.from(memory).buffer);
            const captured: Memory = Object.fromEntries(
              Array.from({ length: 6 }, (_, arg) =>
                [0, 1, 2, 3, 4].map((part) => [part === 0 ? `${arg}` : `${arg}.${part}`, bytes]),
              ).flat(),
            );
            const known = numbersIn(bytes);
            for (const arg of args) known.add(String(arg)).add(String(BigInt.asIntN(64, arg)));
            for (const nr of syscallNumbers()) {
              const text = textOf(nr, args.with(which, BigInt(value)), captured).replace(
                /\/\*.*?\*\/|"(?:\\.|[^"\\])*"/g,
                '',
              );
              const foreign = [...text.matchAll(/(?<![\w.])(-?\d{16,})(\*1024)?/g)]
                .map(([, number, factor]) => String(numberOf(number!) * (factor === undefined ? 1n : 1024n)))
                .filter((number) => !known.has(number));
              expect(foreign, `${syscallName(nr)}(${text})`).toEqual([]);
            }
          },
        ),
        { numRuns: runs(40) },
      );
    },
    LONG,
  );
});
