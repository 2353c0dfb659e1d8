import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLONE_UNTRACED, instructionCount, traceFilter } from '../../../src/linux/seccomp-filter.ts';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const TRACE = 0x7ff00000;
const CLONE = 56;
const CLONE3 = 435;

/** Runs a program of classic BPF over a struct seccomp_data, with the instructions that our filters have. */
function verdict(program: Uint8Array, nr: number, arch = X86_64, firstArgument = 0, fifthArgument = 0n): number {
  const view = new DataView(program.buffer);
  const fifth = { 48: Number(fifthArgument & 0xffffffffn), 52: Number(fifthArgument >> 32n) };
  const data: Record<number, number> = { 0: nr, 4: arch, 16: firstArgument, ...fifth };
  let accumulator = 0;
  for (let at = 0; at < instructionCount(program); at++) {
    const code = view.getUint16(at * 8, true);
    const k = view.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => view.getUint8(at * 8 + (holds ? 2 : 3));
    if (code === 0x20) accumulator = data[k]!;
    else if (code === 0x15) at += jump(accumulator === k);
    else if (code === 0x35) at += jump(accumulator >= k);
    else if (code === 0x45) at += jump((accumulator & k) !== 0);
    else if (code === 0x06) return k;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('the program has no end');
}

describe('the filter that makes calls stop', () => {
  const numbers = fc.uniqueArray(fc.nat(511), { maxLength: 300 });

  it('stops those that are asked for, and no other', () => {
    fc.assert(
      fc.property(numbers, fc.nat(600), (asked, nr) => {
        const stops = verdict(traceFilter(asked), nr) === TRACE;
        expect(stops).toBe(asked.includes(nr) || nr === CLONE3);
      }),
    );
  });

  it('stops those that no kernel knows', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1024, max: 2 ** 31 - 1 }), (asked, nr) => {
        expect(verdict(traceFilter(asked), nr)).toBe(TRACE);
      }),
    );
  });

  it('stops some only if an argument is not 0', () => {
    const conditions = fc.uniqueArray(fc.nat(400), { maxLength: 5 });
    fc.assert(
      fc.property(
        numbers,
        conditions,
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat(400),
        (asked, few, argument, nr) => {
          const filter = traceFilter(
            asked,
            new Map(
              few.filter((n) => n !== CLONE3 && !asked.includes(n)).map((n) => [n, { argument: 4, is: 'not-zero' }]),
            ),
          );
          for (const value of [argument, 0n, 1n << 32n]) {
            const stops = verdict(filter, nr, X86_64, 0, value) === TRACE;
            expect(stops).toBe(asked.includes(nr) || nr === CLONE3 || (few.includes(nr) && value !== 0n));
          }
        },
      ),
    );
  });

  it('stops some only if the lower half of an argument has a value', () => {
    const filter = traceFilter([2], new Map([[1, { argument: 4, is: 7 }]]));
    const verdicts = [7n, (1n << 32n) + 7n, 0n, 7n << 32n].map(
      (value) => verdict(filter, 1, X86_64, 0, value) === TRACE,
    );
    expect(verdicts).toEqual([true, true, false, false]);
    expect(verdict(filter, 2, X86_64, 0, 0n)).toBe(TRACE);
    expect(verdict(filter, 3, X86_64, 0, 7n)).not.toBe(TRACE);
  });

  it('always stops calls of other ABIs', () => {
    fc.assert(
      fc.property(numbers, fc.nat(511), (asked, nr) => {
        expect(verdict(traceFilter(asked), nr, I386)).toBe(TRACE);
        expect(verdict(traceFilter(asked), nr + 0x40000000)).toBe(TRACE);
      }),
    );
  });

  it('always stops what makes a task that nobody traces', () => {
    expect(verdict(traceFilter([]), CLONE, X86_64, CLONE_UNTRACED | 17)).toBe(TRACE);
    expect(verdict(traceFilter([]), CLONE, X86_64, 0x3d0f00)).not.toBe(TRACE);
  });
});
