import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DWARF_REGISTERS } from '../../../../src/linux/ptrace.ts';
import type { TaskMemory } from '../../../../src/linux/task-memory.ts';
import type { FrameRules } from '../../../../src/symbols/frame-rules.ts';
import { FrameState, RBP, RIP, RSP } from '../../../../src/tracer/unwind/frame-state.ts';
import { StackMemory } from '../../../../src/tracer/unwind/stack-memory.ts';

const RBX = 3;
const STACK = 0x7ffd_0000_0000;

/** A task whose stack is these words. */
function stackOf(words: readonly number[]): StackMemory {
  const bytes = new Uint8Array(new BigUint64Array(words.map(BigInt)).buffer);
  const buffer = new Uint8Array(64 * 1024);
  const read = (_tid: number, address: number, size: number): number => {
    const at = address - STACK;
    if (!(at >= 0 && at < bytes.length)) return 0;
    const part = bytes.subarray(at, at + size);
    buffer.set(part);
    return part.length;
  };
  const memory = new StackMemory({ buffer, read } as unknown as TaskMemory);
  memory.begin(1);
  return memory;
}

function registers(values: Readonly<Record<number, number>>): Uint32Array {
  const words = new BigUint64Array(27);
  for (const [register, value] of Object.entries(values)) words[DWARF_REGISTERS[Number(register)]!] = BigInt(value);
  return new Uint32Array(words.buffer);
}

const ON_STACK: FrameRules = {
  frame: { kind: 'register', register: RSP, offset: 16 },
  registers: new Map([
    [RIP, { kind: 'offset', offset: -8 }],
    [RBX, { kind: 'offset', offset: -16 }],
  ]),
  returnColumn: RIP,
  isSignalFrame: false,
};

describe('the way to the caller', () => {
  let state: FrameState;
  beforeEach(() => {
    state = new FrameState(stackOf([0x1234, 0x401000, STACK + 32, 0, STACK + 48, 0x402000, 0, 0x403000]));
    state.set(registers({ [RSP]: STACK, [RBP]: STACK + 32, [RIP]: 0x400000, [RBX]: 7 }));
  });

  it('by rules: what they name is restored, the rest has not changed', () => {
    expect(state.follow(ON_STACK)).toBe(true);
    expect([RIP, RSP, RBX, RBP].map((register) => state.get(register))).toEqual([
      0x401000,
      STACK + 16,
      0x1234,
      STACK + 32,
    ]);
  });

  it('ends where the return address is undefined, not said, or not to be had', () => {
    expect(state.follow({ ...ON_STACK, registers: new Map([[RIP, { kind: 'undefined' }]]) })).toBe(false);
    expect(state.follow({ ...ON_STACK, registers: new Map() })).toBe(false);
    expect(state.follow({ ...ON_STACK, frame: { kind: 'register', register: RSP, offset: 4096 } })).toBe(false);
    expect(state.follow({ ...ON_STACK, frame: { kind: 'expression', expression: Uint8Array.of(0x06) } })).toBe(false);
    expect(state.get(RIP)).toBe(0x400000);
  });

  it('by the chain of frame pointers, up the stack alone', () => {
    expect(state.followFramePointer()).toBe(true);
    expect([RIP, RSP, RBP].map((register) => state.get(register))).toEqual([0x402000, STACK + 48, STACK + 48]);
    expect(state.followFramePointer()).toBe(true);
    expect(state.get(RIP)).toBe(0x403000);
    expect(state.followFramePointer()).toBe(false);
  });

  it('by what the code has left on the stack', () => {
    expect(state.followStackPointer(8)).toBe(true);
    expect([RIP, RSP, RBP].map((register) => state.get(register))).toEqual([0x401000, STACK + 16, STACK + 32]);
  });

  it('ends, whatever is on the stack', () => {
    const words = fc.array(
      fc.oneof(
        fc.nat(0xffff),
        fc.nat(30).map((at) => STACK + at * 8),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(words, fc.nat(240), (stack, framePointer) => {
        const chain = new FrameState(stackOf(stack));
        chain.set(registers({ [RSP]: STACK, [RBP]: STACK + framePointer, [RIP]: 1 }));
        let steps = 0;
        while (chain.followFramePointer()) steps += 1;
        expect(steps).toBeLessThanOrEqual(stack.length);
      }),
    );
  });
});
