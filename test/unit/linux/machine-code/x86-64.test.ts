import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stopWalker } from '../../../../src/linux/machine-code/stop-walker.ts';
import { X86Assembler } from '../../../../src/linux/machine-code/x86-64.ts';

const hasObjdump = spawnSync('objdump', ['--version']).status === 0;

function disassemble(code: Uint8Array): string[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'renacer-code-'));
  try {
    const file = path.join(directory, 'code');
    writeFileSync(file, code);
    const text = execFileSync('objdump', ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', file], {
      encoding: 'utf8',
    });
    return [...text.matchAll(/^\s*[0-9a-f]+:\t[0-9a-f ]+\t(.*)$/gm)].map((match) =>
      match[1]!.replaceAll(/\s+/g, ' ').trim(),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const asm = () => new X86Assembler();

/** Each kind of instruction, with operands that are encoded in a way of their own: rsp and r12 need a SIB byte, rbp and r13 a displacement. */
const INSTRUCTIONS: readonly (readonly [intel: string, code: X86Assembler])[] = [
  ['push r15', asm().push('r15')],
  ['pop rbp', asm().pop('rbp')],
  ['mov rbx,rdi', asm().move('rbx', 'rdi')],
  ['mov r12,rax', asm().move('r12', 'rax')],
  ['mov eax,0x65', asm().set('rax', 101)],
  ['mov r13d,0xc000003e', asm().set('r13', 0xc000003e)],
  ['mov rax,QWORD PTR [rbx]', asm().load('rax', { base: 'rbx' })],
  ['mov r10,QWORD PTR [r12+0x10]', asm().load('r10', { base: 'r12', offset: 16 })],
  ['mov rax,QWORD PTR [rbp+0x0]', asm().load('rax', { base: 'rbp' })],
  ['mov rax,QWORD PTR [r13+0x1234]', asm().load('rax', { base: 'r13', offset: 0x1234 })],
  ['mov edx,DWORD PTR [rcx+rbp*4+0x1000]', asm().load('rdx', { base: 'rcx', index: 'rbp', scale: 4, offset: 4096 }, 4)],
  ['movzx ecx,BYTE PTR [r15+0x1]', asm().load('rcx', { base: 'r15', offset: 1 }, 1)],
  ['mov QWORD PTR [rsp+0x8],r9', asm().store({ base: 'rsp', offset: 8 }, 'r9')],
  ['mov DWORD PTR [rcx],eax', asm().store({ base: 'rcx' }, 'rax', 4)],
  ['mov QWORD PTR [rbx-0x8],0xffffffffffffffff', asm().storeNumber({ base: 'rbx', offset: -8 }, -1)],
  ['mov DWORD PTR [r14+0x4],0x2', asm().storeNumber({ base: 'r14', offset: 4 }, 2, 4)],
  ['lea rax,[r14+rax*1+0x8]', asm().addressOf('rax', { base: 'r14', index: 'rax', scale: 1, offset: 8 })],
  ['sub rsp,0x8', asm().arithmetic('subtract', 'rsp', 8)],
  ['cmp rax,0xfffffffffffff001', asm().arithmetic('compare', 'rax', -4095)],
  ['cmp rbp,0x400', asm().arithmetic('compare', 'rbp', 1024)],
  ['cmp r13,rax', asm().arithmetic('compare', 'r13', 'rax')],
  ['and rdx,0xfffffffffffffff8', asm().arithmetic('and', 'rdx', -8)],
  ['or rdi,0xffffffffffffffff', asm().arithmetic('or', 'rdi', -1)],
  ['cmp QWORD PTR [rbx+0x40],0x1', asm().compareMemory({ base: 'rbx', offset: 64 }, 1)],
  ['cmp DWORD PTR [rbx+0xbc],0xc000003e', asm().compareMemory({ base: 'rbx', offset: 188 }, 0xc000003e | 0, 4)],
  ['cmp BYTE PTR [rbx],0x2', asm().compareMemory({ base: 'rbx' }, 2, 1)],
  [
    'add QWORD PTR [rbx+rbp*8+0x2000],0x1',
    asm().addToMemory({ base: 'rbx', index: 'rbp', scale: 8, offset: 0x2000 }, 1),
  ],
  ['add QWORD PTR [rbx],rax', asm().addToMemory({ base: 'rbx' }, 'rax')],
  ['test r8,r8', asm().test('r8')],
  ['test BYTE PTR [r15],0x40', asm().testByte({ base: 'r15' }, 64)],
  ['neg rax', asm().negate('rax')],
  ['imul rdx,rcx', asm().multiplyBy('rdx', 'rcx')],
  ['imul rax,rax,0x3b9aca00', asm().multiply('rax', 1_000_000_000)],
  ['cvtsi2sd xmm0,rax', asm().toDouble(0, 'rax')],
  ['mulsd xmm0,QWORD PTR [rbx+0x28]', asm().multiplyDouble(0, { base: 'rbx', offset: 40 })],
  ['addsd xmm1,QWORD PTR [rbx+0x30]', asm().addDouble(1, { base: 'rbx', offset: 48 })],
  ['movsd QWORD PTR [r14+0x10],xmm0', asm().storeDouble({ base: 'r14', offset: 16 }, 0)],
  ['syscall', asm().syscall()],
  ['call QWORD PTR [rbx+0x20]', asm().call({ base: 'rbx', offset: 32 })],
  ['ret', asm().return()],
];

describe.skipIf(!hasObjdump)('the assembler for x86-64 (needs objdump)', () => {
  it.each(INSTRUCTIONS)('%s', (intel, code) => {
    expect(disassemble(code.assemble())).toEqual([intel]);
  });

  it('makes jumps short where they can be, and long where they must', () => {
    const near = asm().label('here').syscall().jump('here').jumpIf('equal', 'there').label('there').return();
    expect(disassemble(near.assemble())).toEqual(['syscall', 'jmp 0x0', 'je 0x6', 'ret']);
    const far = asm().jumpIf('not below', 'end');
    for (let i = 0; i < 100; i++) far.syscall();
    expect(disassemble(far.label('end').return().assemble())[0]).toBe('jae 0xce');
  });

  it('refuses a jump to nowhere', () => {
    expect(() => asm().jump('nowhere').assemble()).toThrow("no label 'nowhere'");
  });

  it('makes a stop walker that is small enough to be read, without a byte that is no instruction', () => {
    const lines = disassemble(stopWalker());
    expect(lines.filter((line) => line.includes('(bad)'))).toEqual([]);
    expect(lines.length).toBeLessThan(320);
    expect(lines.filter((line) => line.startsWith('syscall'))).toHaveLength(4);
  });
});
