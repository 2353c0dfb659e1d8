import {
  BLOCK,
  CALL_FLAG,
  CALL_PLAN,
  CAPTURE,
  CAPTURE_KIND,
  INSIDE,
  NUMBERS,
  REASON,
  SIZE_FROM,
  TABLE,
  TASK_ROW,
} from './stop-block.ts';
import { X86Assembler, type X86Memory, type X86Register } from './x86-64.ts';

/**
 * Machine code that takes ptrace-stops by itself, as long as they need no decision: it waits, asks for the call, writes its record and
 * resumes the task, three or four system calls a stop and nothing else. Whatever it has no plan for goes to JavaScript, as if it had not
 * been seen: the caller gets the task and its wait status.
 *
 * Registers: rbx the block, r12 the row of the task, r13 stops so far, r14 the record, r15 the plan of the call, or a capture of it, rbp its
 * number.
 */

const SYS_WAIT4 = 61;
const SYS_PTRACE = 101;
const SYS_PROCESS_VM_READV = 310;
const WALL_NOTHREAD = 0x60000000;
const WNOHANG = 1;
const EINTR = 4;
const PAGE = 4096;
const CLOCK_MONOTONIC = 1;

const PTRACE_SYSCALL = 24;
const PTRACE_GET_SYSCALL_INFO = 0x420e;
const AUDIT_ARCH_X86_64 = 0xc000003e | 0;
/** Wait statuses of a syscall-stop (PTRACE_O_TRACESYSGOOD) and of a seccomp stop. */
const SYSCALL_STOP = 0x857f;
const SECCOMP_STOP = 0x7057f;
/** struct ptrace_syscall_info. */
const INFO = { op: 0, arch: 4, nr: 24, args: 32, result: 24, bytes: 88 } as const;
const OP_EXIT = 2;

/** Results from here on are negative errnos; from the second on, they make the kernel restart the call. */
const MAX_ERRNO = 4095;
const ERESTARTSYS = 512;

/** Offsets in a record of the ring: see src/tracer/record.ts. */
const RECORD = {
  size: 0,
  kind: 4,
  tid: 8,
  number: 12,
  time: 16,
  args: 24,
  duration: 24,
  result: 32,
  errno: 40,
  flags: 44,
} as const;
const ENTRY = { kind: 1, bytes: 72 } as const;
const EXIT = { kind: 2, bytes: 48 } as const;
const CUT = 1 << 16;
const AT_EXIT = 1 << 24;

const block = (offset: number): X86Memory => ({ base: 'rbx', offset });
const row = (offset: number): X86Memory => ({ base: 'r12', offset });
const record = (offset: number): X86Memory => ({ base: 'r14', offset });
const plan = (offset: number): X86Memory => ({ base: 'r15', offset });
const captured = plan;
const info = (offset: number): X86Memory => block(BLOCK.info + offset);
const byNumber = (table: number): X86Memory => ({ base: 'rbx', index: 'rbp', scale: 8, offset: table });

const KEPT: readonly X86Register[] = ['rbx', 'rbp', 'r12', 'r13', 'r14', 'r15'];

/** `long walk(block)`: returns the reason, too. */
export function stopWalker(): Uint8Array {
  const code = new X86Assembler();
  for (const register of KEPT) code.push(register);
  // The stack is aligned for the call of the clock.
  code.arithmetic('subtract', 'rsp', 8).move('rbx', 'rdi').set('r13', 0).storeNumber(block(BLOCK.reason), REASON.goOn);
  resumeTasks(code);
  awaitChange(code);
  findTask(code);
  readCall(code);
  onEntry(code);
  onExit(code);
  captures(code);
  size(code);
  read(code);
  commit(code);
  code
    .label('other')
    .storeNumber(row(TASK_ROW.resume), 0)
    .storeNumber(block(BLOCK.reason), REASON.other)
    .jump('resume');
  code.label('leave').store(block(BLOCK.stops), 'r13').load('rax', block(BLOCK.reason)).arithmetic('add', 'rsp', 8);
  for (const register of KEPT.toReversed()) code.pop(register);
  return code.return().assemble();
}

/** All that have been handled, then back to the caller if there is a reason. One that was killed meanwhile is told by wait4(2). */
function resumeTasks(code: X86Assembler): void {
  code
    .label('resume')
    .addressOf('r12', block(BLOCK.firstRow))
    .load('rbp', block(BLOCK.rows))
    .label('each row')
    .test('rbp')
    .jumpIf('equal', 'resumed')
    .compareMemory(row(TASK_ROW.resume), 0)
    .jumpIf('equal', 'next row')
    .set('rax', SYS_PTRACE)
    .load('rdi', row(TASK_ROW.request))
    .load('rsi', row(TASK_ROW.tid))
    .set('rdx', 0)
    .load('r10', row(TASK_ROW.signal))
    .syscall()
    .storeNumber(row(TASK_ROW.resume), 0)
    .label('next row')
    .arithmetic('add', 'r12', TASK_ROW.bytes)
    .arithmetic('subtract', 'rbp', 1)
    .jump('each row')
    .label('resumed')
    .storeNumber(block(BLOCK.pending), 0)
    .compareMemory(block(BLOCK.reason), REASON.goOn)
    .jumpIf('not equal', 'leave');
}

/**
 * While tasks wait to be resumed, the others are only looked at: so each gets its turn. A task alone is resumed at once.
 */
function awaitChange(code: X86Assembler): void {
  code
    .label('go on')
    .load('rax', block(BLOCK.recordAt))
    .load('rcx', block(BLOCK.recordEnd))
    .arithmetic('compare', 'rax', 'rcx')
    .jumpIf('not above', 'has room')
    .storeNumber(block(BLOCK.reason), REASON.full)
    .jump('resume')
    .label('has room')
    .load('rax', block(BLOCK.limit))
    .arithmetic('compare', 'r13', 'rax')
    .jumpIf('below', 'below limit')
    .storeNumber(block(BLOCK.reason), REASON.limit)
    .jump('resume')
    .label('below limit')
    .set('rdx', WALL_NOTHREAD)
    .compareMemory(block(BLOCK.pending), 0)
    .jumpIf('equal', 'wait')
    .compareMemory(block(BLOCK.rows), 1)
    .jumpIf('equal', 'resume')
    .arithmetic('or', 'rdx', WNOHANG)
    .label('wait')
    .set('rax', SYS_WAIT4)
    .arithmetic('or', 'rdi', -1)
    .addressOf('rsi', block(BLOCK.status))
    .set('r10', 0)
    .syscall()
    .test('rax')
    .jumpIf('equal', 'resume')
    .arithmetic('compare', 'rax', -EINTR)
    .jumpIf('equal', 'go on')
    .arithmetic('add', 'r13', 1)
    .store(block(BLOCK.changed), 'rax');
}

function findTask(code: X86Assembler): void {
  code
    .addressOf('r12', block(BLOCK.firstRow))
    .load('rcx', block(BLOCK.rows))
    .label('find')
    .test('rcx')
    .jumpIf('equal', 'other')
    .load('rdx', row(TASK_ROW.tid))
    .arithmetic('compare', 'rax', 'rdx')
    .jumpIf('equal', 'found')
    .arithmetic('add', 'r12', TASK_ROW.bytes)
    .arithmetic('subtract', 'rcx', 1)
    .jump('find')
    .label('found')
    .load('rax', block(BLOCK.status), 4)
    .arithmetic('compare', 'rax', SYSCALL_STOP)
    .jumpIf('equal', 'read call')
    .arithmetic('compare', 'rax', SECCOMP_STOP)
    .jumpIf('not equal', 'other');
}

/** struct ptrace_syscall_info and the time; then what entry and exit records have in common. */
function readCall(code: X86Assembler): void {
  code
    .label('read call')
    .set('rax', SYS_PTRACE)
    .set('rdi', PTRACE_GET_SYSCALL_INFO)
    .load('rsi', row(TASK_ROW.tid))
    .set('rdx', INFO.bytes)
    .addressOf('r10', info(0))
    .syscall()
    .test('rax')
    .jumpIf('equal', 'other')
    .jumpIf('negative', 'other')
    .set('rdi', CLOCK_MONOTONIC)
    .addressOf('rsi', block(BLOCK.timespec))
    .call(block(BLOCK.clock))
    .load('rax', block(BLOCK.timespec))
    .multiply('rax', 1_000_000_000)
    .load('rcx', block(BLOCK.timespec + 8))
    .arithmetic('add', 'rax', 'rcx')
    .store(block(BLOCK.now), 'rax')
    .load('r14', block(BLOCK.recordAt))
    .toDouble(0, 'rax')
    .multiplyDouble(0, block(BLOCK.nano))
    .addDouble(0, block(BLOCK.epoch))
    .storeDouble(record(RECORD.time), 0)
    .load('rax', row(TASK_ROW.tid))
    .store(record(RECORD.tid), 'rax', 4)
    .load('rax', info(INFO.op), 1)
    .arithmetic('compare', 'rax', OP_EXIT)
    .jumpIf('equal', 'exit');
}

function onEntry(code: X86Assembler): void {
  code
    .compareMemory(info(INFO.arch), AUDIT_ARCH_X86_64, 4)
    .jumpIf('not equal', 'other')
    .load('rbp', info(INFO.nr))
    .arithmetic('compare', 'rbp', NUMBERS)
    .jumpIf('not below', 'other');
  findPlan(code)
    .testByte(plan(CALL_PLAN.flags), CALL_FLAG.ask)
    .jumpIf('not equal', 'other')
    .testByte(plan(CALL_PLAN.flags), CALL_FLAG.askAtOrdinal)
    .jumpIf('equal', 'record entry')
    .load('rcx', row(TASK_ROW.counts))
    .load('rax', { base: 'rcx', index: 'rbp', scale: 4 }, 4)
    .arithmetic('add', 'rax', 1)
    .load('rdx', { base: 'rcx', index: 'rbp', scale: 4, offset: 4 * NUMBERS }, 4)
    .arithmetic('compare', 'rax', 'rdx')
    .jumpIf('not below', 'other')
    .store({ base: 'rcx', index: 'rbp', scale: 4 }, 'rax', 4)
    .label('record entry');
  for (let index = 0; index < 6; index++) {
    code
      .load('rax', info(INFO.args + 8 * index))
      .store(row(TASK_ROW.args + 8 * index), 'rax')
      .store(record(RECORD.args + 8 * index), 'rax');
  }
  code
    .storeNumber(record(RECORD.kind), ENTRY.kind, 4)
    .storeNumber(block(BLOCK.size), ENTRY.bytes)
    .storeNumber(block(BLOCK.when), 0)
    .arithmetic('add', 'r15', CALL_PLAN.atEntry)
    .jump('capture');
}

/** The exit of a call whose entry JavaScript has seen is its own. */
function onExit(code: X86Assembler): void {
  code
    .label('exit')
    .compareMemory(row(TASK_ROW.inside), INSIDE.ignored)
    .jumpIf('equal', 'exited')
    .compareMemory(row(TASK_ROW.inside), INSIDE.awaited)
    .jumpIf('not equal', 'other')
    .load('rbp', row(TASK_ROW.nr));
  findPlan(code)
    .set('rcx', 0)
    .load('rax', info(INFO.result))
    .store(record(RECORD.result), 'rax')
    .arithmetic('compare', 'rax', -MAX_ERRNO)
    .jumpIf('below', 'no error')
    .negate('rax')
    .arithmetic('compare', 'rax', ERESTARTSYS)
    .jumpIf('not below', 'other')
    .move('rcx', 'rax')
    .label('no error')
    .store(record(RECORD.errno), 'rcx')
    .load('rax', block(BLOCK.now))
    .load('rdx', row(TASK_ROW.entered))
    .arithmetic('subtract', 'rax', 'rdx')
    .toDouble(0, 'rax')
    .multiplyDouble(0, block(BLOCK.nano))
    .storeDouble(record(RECORD.duration), 0)
    .storeNumber(record(RECORD.kind), EXIT.kind, 4)
    .storeNumber(block(BLOCK.size), EXIT.bytes)
    .storeNumber(block(BLOCK.when), AT_EXIT)
    .test('rcx')
    .jumpIf('not equal', 'commit')
    .arithmetic('add', 'r15', CALL_PLAN.atExit);
}

function findPlan(code: X86Assembler): X86Assembler {
  return code
    .move('r15', 'rbp')
    .shiftLeft('r15', CALL_PLAN.bits)
    .addressOf('r15', { base: 'rbx', index: 'r15', scale: 1, offset: TABLE.plans });
}

/** One after another; of what a null pointer points at there is none. */
function captures(code: X86Assembler): void {
  code
    .label('capture')
    .compareMemory(captured(CAPTURE.kind), 0, 1)
    .jumpIf('equal', 'commit')
    .load('rcx', captured(CAPTURE.arg), 1)
    .load('rsi', { base: 'r12', index: 'rcx', scale: 8, offset: TASK_ROW.args })
    .test('rsi')
    .jumpIf('equal', 'next capture')
    .load('rax', block(BLOCK.when))
    .arithmetic('add', 'rax', 'rcx')
    .store(block(BLOCK.head), 'rax')
    .jump('size')
    .label('next capture')
    .testByte(captured(CAPTURE.kind), CAPTURE_KIND.last)
    .jumpIf('not equal', 'commit')
    .arithmetic('add', 'r15', CAPTURE.bytes)
    .jump('capture');
}

/** How many bytes are to be read, of a string how many may be. */
function size(code: X86Assembler): void {
  code
    .label('size')
    .load('rax', captured(CAPTURE.limit), 4)
    .testByte(captured(CAPTURE.kind), CAPTURE_KIND.string)
    .jumpIf('equal', 'size of bytes')
    .move('rdx', 'rsi')
    .arithmetic('or', 'rdx', -PAGE)
    .negate('rdx')
    .arithmetic('compare', 'rdx', 'rax')
    .jumpIf('not above', 'read')
    .move('rdx', 'rax')
    .jump('read')
    .label('size of bytes')
    .load('rdx', captured(CAPTURE.sizeFrom), 1)
    .arithmetic('compare', 'rdx', SIZE_FROM.limit)
    .jumpIf('equal', 'size is limit')
    .jumpIf('above', 'size is result')
    .addressOf('rdx', { base: 'r12', index: 'rdx', scale: 8, offset: TASK_ROW.args })
    .testByte(captured(CAPTURE.kind), CAPTURE_KIND.int)
    .jumpIf('equal', 'size is long')
    .load('rdx', { base: 'rdx' }, 4)
    .jump('has size')
    .label('size is long')
    .load('rdx', { base: 'rdx' })
    .jump('has size')
    .label('size is result')
    .load('rdx', info(INFO.result))
    .jump('has size')
    .label('size is limit')
    .move('rdx', 'rax')
    .label('has size')
    .load('rcx', captured(CAPTURE.times), 1)
    .multiplyBy('rdx', 'rcx')
    .test('rdx')
    .jumpIf('negative', 'next capture')
    .arithmetic('compare', 'rdx', 'rax')
    .jumpIf('not above', 'read')
    .testByte(captured(CAPTURE.kind), CAPTURE_KIND.text)
    .jumpIf('equal', 'other')
    .move('rdx', 'rax')
    .addToMemory(block(BLOCK.head), CUT);
}

/** If not all bytes can be read, JavaScript finds out how many can. */
function read(code: X86Assembler): void {
  code
    .label('read')
    .test('rdx')
    .jumpIf('equal', 'next capture')
    .load('rax', block(BLOCK.size))
    .addressOf('rax', { base: 'r14', index: 'rax', scale: 1, offset: 8 })
    .store(block(BLOCK.iovecs), 'rax')
    .store(block(BLOCK.iovecs + 8), 'rdx')
    .store(block(BLOCK.iovecs + 16), 'rsi')
    .store(block(BLOCK.iovecs + 24), 'rdx')
    .set('rax', SYS_PROCESS_VM_READV)
    .load('rdi', row(TASK_ROW.tid))
    .addressOf('rsi', block(BLOCK.iovecs))
    .set('rdx', 1)
    .addressOf('r10', block(BLOCK.iovecs + 16))
    .set('r8', 1)
    .set('r9', 0)
    .syscall()
    .load('rsi', block(BLOCK.iovecs))
    .load('rdx', block(BLOCK.iovecs + 8))
    .testByte(captured(CAPTURE.kind), CAPTURE_KIND.string)
    .jumpIf('not equal', 'find end')
    .arithmetic('compare', 'rax', 'rdx')
    .jumpIf('equal', 'has bytes')
    .jump('other')
    .label('find end')
    .test('rax')
    .jumpIf('negative', 'next capture')
    .set('rdx', 0)
    .label('each byte')
    .arithmetic('compare', 'rdx', 'rax')
    .jumpIf('equal', 'other')
    .compareMemory({ base: 'rsi', index: 'rdx', scale: 1 }, 0, 1)
    .jumpIf('equal', 'has bytes')
    .arithmetic('add', 'rdx', 1)
    .jump('each byte')
    // The last word is padded with zeros.
    .label('has bytes')
    .storeNumber({ base: 'rsi', index: 'rdx', scale: 1 }, 0)
    .load('rax', block(BLOCK.head))
    .store({ base: 'rsi', offset: -8 }, 'rax', 4)
    .store({ base: 'rsi', offset: -4 }, 'rdx', 4)
    .arithmetic('add', 'rdx', 7 + 8)
    .arithmetic('and', 'rdx', -8)
    .addToMemory(block(BLOCK.size), 'rdx')
    .jump('next capture');
}

/** From here on nothing goes to JavaScript any more: the call is counted, and the reader may see its record. */
function commit(code: X86Assembler): void {
  code.label('commit');
  findPlan(code)
    .testByte(plan(CALL_PLAN.flags), CALL_FLAG.record)
    .jumpIf('equal', 'recorded')
    .store(record(RECORD.number), 'rbp', 4)
    .load('rax', block(BLOCK.size))
    .store(record(RECORD.size), 'rax', 4)
    .addToMemory(block(BLOCK.recordAt), 'rax')
    .load('rcx', block(BLOCK.written))
    .load('rdx', { base: 'rcx' }, 4)
    .arithmetic('add', 'rdx', 'rax')
    .store({ base: 'rcx' }, 'rdx', 4)
    .label('recorded')
    .load('rax', info(INFO.op), 1)
    .arithmetic('compare', 'rax', OP_EXIT)
    .jumpIf('not equal', 'entered')
    .compareMemory(record(RECORD.errno), 0, 4)
    .jumpIf('equal', 'succeeded')
    .addToMemory(byNumber(TABLE.errors), 1)
    .label('succeeded')
    .load('rax', block(BLOCK.now))
    .load('rdx', row(TASK_ROW.entered))
    .arithmetic('subtract', 'rax', 'rdx')
    .addToMemory(byNumber(TABLE.nanoseconds), 'rax')
    .label('exited')
    .storeNumber(row(TASK_ROW.inside), INSIDE.nothing)
    .label('idle')
    .load('rax', block(BLOCK.idleRequest))
    .jump('handled')
    .label('entered')
    .addToMemory(byNumber(TABLE.calls), 1)
    .load('rax', block(BLOCK.now))
    .store(row(TASK_ROW.entered), 'rax')
    .store(row(TASK_ROW.nr), 'rbp')
    .storeNumber(row(TASK_ROW.inside), INSIDE.ignored)
    .testByte(plan(CALL_PLAN.flags), CALL_FLAG.awaitsExit)
    .jumpIf('equal', 'idle')
    .storeNumber(row(TASK_ROW.inside), INSIDE.awaited)
    .set('rax', PTRACE_SYSCALL)
    .label('handled')
    .store(row(TASK_ROW.request), 'rax')
    .storeNumber(row(TASK_ROW.signal), 0)
    .storeNumber(row(TASK_ROW.resume), 1)
    .addToMemory(block(BLOCK.pending), 1)
    .jump('go on');
}
