import { ArmAssembler, type ArmRegister } from './arm64.ts';
import { X86Assembler, type X86Register } from './x86-64.ts';

/**
 * Machine code that makes the system calls of a table, row after row. A row is ten words: the number of the call, its six
 * arguments, where its result goes, the row to go on with if it fails (0: the next one), and whether it makes a process, which goes on
 * with the table while its maker returns with the result.
 *
 * The code touches no stack but to return, no thread-local memory and no errno. So a child that shares our memory can run it, whatever
 * libc we have.
 */
export const ROW = { number: 0, arguments: 8, result: 56, onFailure: 64, makesChild: 72, bytes: 80 } as const;

/** Results from here on are negative errnos. */
const MAX_ERRNO = 4095;

/**
 *     53                      push   %rbx
 *     48 89 fb                mov    %rdi,%rbx
 *     48 8b 03          make: mov    (%rbx),%rax
 *     48 8b 7b 08             mov    0x8(%rbx),%rdi
 *     48 8b 73 10             mov    0x10(%rbx),%rsi
 *     48 8b 53 18             mov    0x18(%rbx),%rdx
 *     4c 8b 53 20             mov    0x20(%rbx),%r10
 *     4c 8b 43 28             mov    0x28(%rbx),%r8
 *     4c 8b 4b 30             mov    0x30(%rbx),%r9
 *     0f 05                   syscall
 *     48 83 7b 48 00          cmpq   $0x0,0x48(%rbx)
 *     74 07                   je     keep
 *     48 85 c0                test   %rax,%rax
 *     74 02                   je     keep
 *     5b                      pop    %rbx
 *     c3                      ret
 *     48 89 43 38       keep: mov    %rax,0x38(%rbx)
 *     48 3d 01 f0 ff ff       cmp    $0xfffffffffffff001,%rax
 *     72 09                   jb     next
 *     48 8b 4b 40             mov    0x40(%rbx),%rcx
 *     48 85 c9                test   %rcx,%rcx
 *     75 06                   jne    branch
 *     48 83 c3 50       next: add    $0x50,%rbx
 *     eb ba                   jmp    make
 *     48 89 cb        branch: mov    %rcx,%rbx
 *     eb b5                   jmp    make
 */
export function walkerForX86(): Uint8Array {
  const row = (offset: number): { base: 'rbx'; offset: number } => ({ base: 'rbx', offset });
  const code = new X86Assembler().push('rbx').move('rbx', 'rdi').label('make').load('rax', row(ROW.number));
  const registers: readonly X86Register[] = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'];
  registers.forEach((register, index) => void code.load(register, row(ROW.arguments + 8 * index)));
  return code
    .syscall()
    .compareMemory(row(ROW.makesChild), 0)
    .jumpIf('equal', 'keep')
    .test('rax')
    .jumpIf('equal', 'keep')
    .pop('rbx')
    .return()
    .label('keep')
    .store(row(ROW.result), 'rax')
    .arithmetic('compare', 'rax', -MAX_ERRNO)
    .jumpIf('below', 'next')
    .load('rcx', row(ROW.onFailure))
    .test('rcx')
    .jumpIf('not equal', 'branch')
    .label('next')
    .arithmetic('add', 'rbx', ROW.bytes)
    .jump('make')
    .label('branch')
    .move('rbx', 'rcx')
    .jump('make')
    .assemble();
}

/**
 *     aa0003e9          mov   x9, x0
 *     f9400128    make: ldr   x8, [x9]
 *     f9400520          ldr   x0, [x9, #8]
 *     f9400921          ldr   x1, [x9, #16]
 *     f9400d22          ldr   x2, [x9, #24]
 *     f9401123          ldr   x3, [x9, #32]
 *     f9401524          ldr   x4, [x9, #40]
 *     f9401925          ldr   x5, [x9, #48]
 *     d4000001          svc   #0x0
 *     f940252a          ldr   x10, [x9, #72]
 *     b400006a          cbz   x10, keep
 *     b4000040          cbz   x0, keep
 *     d65f03c0          ret
 *     f9001d20    keep: str   x0, [x9, #56]
 *     b13ffc1f          cmn   x0, #0xfff
 *     540000a3          b.cc  next
 *     f940212a          ldr   x10, [x9, #64]
 *     b400006a          cbz   x10, next
 *     aa0a03e9          mov   x9, x10
 *     17ffffee          b     make
 *     91014129    next: add   x9, x9, #0x50
 *     17ffffec          b     make
 */
export function walkerForArm(): Uint8Array {
  const row = (offset: number): { base: ArmRegister; offset: number } => ({ base: 9, offset });
  const code = new ArmAssembler().move(9, 0).label('make').load(8, row(ROW.number));
  const registers: readonly ArmRegister[] = [0, 1, 2, 3, 4, 5];
  registers.forEach((register, index) => void code.load(register, row(ROW.arguments + 8 * index)));
  return code
    .supervisorCall()
    .load(10, row(ROW.makesChild))
    .jumpIfZero(10, 'keep')
    .jumpIfZero(0, 'keep')
    .return()
    .label('keep')
    .store(row(ROW.result), 0)
    .compareNegative(0, MAX_ERRNO)
    .jumpIfLower('next')
    .load(10, row(ROW.onFailure))
    .jumpIfZero(10, 'next')
    .move(9, 10)
    .jump('make')
    .label('next')
    .add(9, ROW.bytes)
    .jump('make')
    .assemble();
}
