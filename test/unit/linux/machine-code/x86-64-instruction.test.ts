import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Instruction, NO_REGISTER, RIP } from '../../../../src/linux/machine-code/x86-64-instruction.ts';

const hasObjdump = spawnSync('objdump', ['--version']).status === 0;

/** Of real programs: a shell, the C library with its vector code, and the one that runs this. */
const PROGRAMS = ['/bin/bash', '/lib/x86_64-linux-gnu/libc.so.6', '/usr/bin/python3', '/usr/bin/git'];
const MAX_BYTES = 60_000;
/** Where the stretch ends, objdump reads pieces of instructions. */
const AT_THE_END = 15;

const NAMES = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
  'rip',
];

/** Bytes and text of each instruction, as objdump reads the start of a program's code. */
function instructionsOf(file: string): { bytes: Uint8Array; text: string }[] {
  const headers = spawnSync('objdump', ['-h', file], { encoding: 'utf8' }).stdout;
  const start = Number.parseInt(/ \.text +\S+ +([0-9a-f]+)/.exec(headers)?.[1] ?? '', 16);
  const range = [`--start-address=${start}`, `--stop-address=${start + MAX_BYTES}`];
  const { stdout } = spawnSync('objdump', ['-dw', '-j', '.text', ...range, file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const lines = [...stdout.matchAll(/^ *[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)$/gm)];
  return lines
    .slice(0, -AT_THE_END)
    .filter(([, , text]) => !text!.includes('(bad)'))
    .map(([, bytes, text]) => ({
      bytes: Uint8Array.from(bytes!.split(' '), (byte) => Number.parseInt(byte, 16)),
      text: text!,
    }));
}

/** The operand in memory as objdump writes it; empty if there is none. */
function memoryOf({ hasMemory, base, index, scale, displacement }: Instruction): string {
  if (!hasMemory || (base === NO_REGISTER && index === NO_REGISTER)) return '';
  const distance = displacement === 0 ? '' : `${displacement < 0 ? '-' : ''}0x${Math.abs(displacement).toString(16)}`;
  const first = base === NO_REGISTER ? '' : `%${NAMES[base]}`;
  const second = index === NO_REGISTER ? '' : `,%${NAMES[index]},${scale}`;
  return `${distance}(${first}${second})`;
}

describe('instructions of x86-64', () => {
  it.skipIf(!hasObjdump)(
    'are as long, and name the same memory, as objdump reads them in real programs',
    () => {
      const instruction = new Instruction();
      const wrong: string[] = [];
      let count = 0;
      for (const program of PROGRAMS) {
        for (const { bytes, text } of instructionsOf(program)) {
          const code = new Uint8Array(bytes.length + 16);
          code.set(bytes);
          count += 1;
          if (!instruction.decode(code, 0) || instruction.length !== bytes.length) {
            wrong.push(`${program}: ${text}: ${instruction.length} bytes instead of ${bytes.length}`);
            continue;
          }
          // What vector instructions have as an index, or as a unit of their displacement, is theirs.
          const memory = /^[^#]*?(-?(?:0x[0-9a-f]+)?\((?:%r\w+|%riz)?(?:,%r\w+,\d)?\))/.exec(text)?.[1];
          if (
            memory === undefined ||
            instruction.isVector ||
            memory.includes('riz') ||
            /^rep|^(lods|stos|movs|cmps|scas|ins|outs)/.test(text)
          )
            continue;
          if (memoryOf(instruction) !== memory.replace(/^-?0x0\(/, '('))
            wrong.push(`${program}: ${text}: ${memoryOf(instruction)} instead of ${memory}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(30_000);
    },
    300_000,
  );

  it('end within the code, or are none', () => {
    const instruction = new Instruction();
    const code = Uint8Array.of(0x48, 0x8b, 0x05, 1, 2, 3, 4);
    expect(instruction.decode(code, 0)).toBe(true);
    expect(instruction).toMatchObject({ length: 7, base: RIP, displacement: 0x04030201, operandBytes: 8 });
    expect(instruction.decode(code.subarray(0, 6), 0)).toBe(false);
    expect(instruction.decode(code, 7)).toBe(false);
  });

  it('are none where the processor knows none in 64-bit code', () => {
    const instruction = new Instruction();
    for (const bytes of [[0x06], [0x27], [0x60], [0x82, 0, 0], [0x9a], [0xd6], [0x0f, 0x04], [0x0f, 0x24, 0xc0]]) {
      const code = new Uint8Array(16);
      code.set(bytes);
      expect(instruction.decode(code, 0), bytes.join(' ')).toBe(false);
    }
  });
});
