import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/symbols/dwarf-expression.ts';
import type { FrameDescription } from '../../../src/symbols/eh-frame.ts';
import { rulesAt } from '../../../src/symbols/frame-rules.ts';

const [RBX, RBP, RSP, RETURN] = [3, 6, 7, 16];

function description(instructions: readonly number[]): FrameDescription {
  return {
    begin: 0x1000,
    end: 0x2000,
    codeAlignment: 1,
    dataAlignment: -8,
    returnColumn: RETURN,
    isSignalFrame: false,
    // The frame is rsp+8, and the return address lies below it.
    initialInstructions: Uint8Array.of(0x0c, RSP, 8, 0x80 | RETURN, 1),
    instructions: Uint8Array.from(instructions),
  };
}

/** push %rbp; mov %rsp,%rbp; ...; leave; ret */
const USUAL = description([
  0x41,
  0x0e,
  16,
  0x80 | RBP,
  2,
  0x43,
  0x0d,
  RBP,
  0x42,
  0x0a,
  0xc0 | RBP,
  0x0c,
  RSP,
  8,
  0x41,
  0x0b,
]);

describe('a frame', () => {
  it.each([
    [0x1000, { kind: 'register', register: RSP, offset: 8 }, [RETURN]],
    [0x1001, { kind: 'register', register: RSP, offset: 16 }, [RETURN, RBP]],
    [0x1004, { kind: 'register', register: RBP, offset: 16 }, [RETURN, RBP]],
    [0x1006, { kind: 'register', register: RSP, offset: 8 }, [RETURN]],
    [0x1007, { kind: 'register', register: RBP, offset: 16 }, [RETURN, RBP]],
    [0x1fff, { kind: 'register', register: RBP, offset: 16 }, [RETURN, RBP]],
  ])('at 0x%x', (address, frame, saved) => {
    const rules = rulesAt(USUAL, address)!;
    expect(rules.frame).toEqual(frame);
    expect([...rules.registers.keys()]).toEqual(saved);
    expect(rules.registers.get(RETURN)).toEqual({ kind: 'offset', offset: -8 });
  });

  it('has registers that are lost, elsewhere, or computed', () => {
    const rules = rulesAt(
      description([0x07, RETURN, 0x09, RBX, 12, 0x14, 13, 3, 0x16, RBP, 1, 0x30, 0x10, 15, 2, 0x77, 0, 0x08, 14]),
      0x1000,
    )!;
    expect(Object.fromEntries(rules.registers)).toEqual({
      [RETURN]: { kind: 'undefined' },
      [RBX]: { kind: 'register', register: 12 },
      13: { kind: 'value-offset', offset: -24 },
      [RBP]: { kind: 'value-expression', expression: Uint8Array.of(0x30) },
      15: { kind: 'expression', expression: Uint8Array.of(0x77, 0) },
    });
  });

  it('is unknown if its program makes no sense', () => {
    expect(rulesAt(description([0x3f]), 0x1000)).toBeUndefined();
    expect(rulesAt(description([0x0f, 100, 1]), 0x1000)).toBeUndefined();
    expect(rulesAt(description([0x0f, 1, 0x30, 0x0e, 8]), 0x1000)).toBeUndefined();
  });

  it('throws nothing, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(0xfff), (bytes, at) => {
        rulesAt(description([...bytes]), 0x1000 + at);
      }),
    );
  });
});

describe('an expression', () => {
  const context = {
    register: (index: number): number => [0, 0, 0, 0, 0, 0, 0, 0x7fff_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0x401_02b][index]!,
    word: (address: number): bigint | undefined => (address === 0x7fff_00a0 ? 0x7fff_1234_5678n : undefined),
  };

  it('of the procedure linkage table: rsp + 8, and 8 more from the eleventh byte of an entry on', () => {
    expect(evaluate(Uint8Array.of(0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22), context)).toBe(
      0x7fff_0010,
    );
  });

  it('of a signal frame: what was saved above the stack pointer', () => {
    expect(evaluate(Uint8Array.of(0x77, 0xa0, 1, 0x06), context)).toBe(0x7fff_1234_5678);
  });

  it.each<[string, number[], number]>([
    ['signed comparisons', [0x09, 0xff, 0x31, 0x2d], 1],
    ['signed shifts', [0x09, 0xf0, 0x32, 0x26, 0x1f], 4],
    ['branches', [0x31, 0x28, 1, 0, 0x30, 0x35], 5],
    ['the value that it starts with', [0x23, 8], 108],
    ['swap and pick', [0x31, 0x32, 0x16, 0x1c, 0x15, 1, 0x22], 101],
  ])('%s', (_, bytes, value) => {
    expect(evaluate(Uint8Array.from(bytes), context, 100)).toBe(value);
  });

  it.each<[string, number[]]>([
    ['an empty stack', [0x22]],
    ['memory that is not there', [0x30, 0x06]],
    ['a loop without end', [0x2f, 0xfd, 0xff]],
    ['division by zero', [0x31, 0x30, 0x1b]],
    ['what no frame has', [0xe0]],
  ])('is refused for %s', (_, bytes) => {
    expect(() => evaluate(Uint8Array.from(bytes), context)).toThrow(RangeError);
  });

  it('gives a number or a RangeError, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          expect(evaluate(bytes, context, 1)).toBeTypeOf('number');
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
