import { type BpfAssembler, R1, R2, R3, R6, R7, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import { POINTER_BYTES } from '../../linux/message-header.ts';
import { argument, copy, copyString, cutAtLimit, readWords, SCRATCH, WORDS_AT } from './capture-parts.ts';
import { buffers, message, pointers, strings } from './capture-vectors.ts';
import { ABOVE_INT, CALL, CAPTURE, CAPTURE_KIND, MAX_POINTERS, MAX_STRINGS, PLAN, REGS, SIZE_FROM } from './layout.ts';

/** What a program is prepared for. The verifier goes through all of it, whether a call ever needs it or not. */
export interface CaptureChoice {
  /** Captures of one call. */
  readonly most: number;
  /** Captures of many parts: vectors of strings or of pointers, arrays of buffers. */
  readonly vectors: boolean;
  readonly buffers: boolean;
}

/**
 * Code that appends the captures of a call to its record. It expects the scratch memory in R6, with the record's head and
 * arguments in place and `cursor` and `when` set, and the plan of the call in R7; R8 and R9 are lost.
 */
export function appendCaptures(code: BpfAssembler, choice: CaptureChoice): void {
  for (const slot of [SCRATCH.strings, SCRATCH.pointers, SCRATCH.buffers, SCRATCH.message]) {
    code.store('u64', R6, slot, 0);
  }
  for (let i = 0; i < choice.most; i++) oneCapture(code, PLAN.captures + i * CAPTURE.bytes, `capture${i}`);
  code.label('vectors');
  if (choice.vectors) {
    pointers(code, SCRATCH.strings, SCRATCH.stringsHead, MAX_STRINGS);
    strings(code);
    pointers(code, SCRATCH.pointers, SCRATCH.pointersHead, MAX_POINTERS);
  }
  if (choice.buffers) {
    message(code);
    buffers(code);
  }
  code.label('captured');
}

/** The capture at `at` of the plan. Those of many parts are put off, with their address. */
function oneCapture(code: BpfAssembler, at: number, name: string): void {
  const next = `${name} next`;
  code
    .load('u8', R1, R7, at + CAPTURE.kind)
    .jumpIf(R1, '==', CAPTURE_KIND.none, 'vectors')
    .load('u8', R2, R7, at + CAPTURE.when)
    .load('u64', R3, R6, SCRATCH.when)
    .and(R2, R3)
    .jumpIf(R2, '==', 0, next)
    .load('u8', R2, R7, at + CAPTURE.arg)
    .store('u64', R6, SCRATCH.head, R2)
    .load('u32', R2, R7, at + CAPTURE.limit)
    .store('u64', R6, SCRATCH.limit, R2)
    .load('u8', R2, R7, at + CAPTURE.arg);
  argument(code, R9);
  code
    .jumpIf(R1, '!=', CAPTURE_KIND.stack, `${name} pointer`)
    .load('u64', R9, R6, SCRATCH.regs + REGS.sp - REGS.from)
    .load('u32', R8, R7, at + CAPTURE.size)
    .load('u16', R2, R7, at + CAPTURE.offset)
    .add(R9, R2)
    .jump(`${name} bytes`)
    .label(`${name} pointer`)
    .jumpIf(R9, '==', 0, next)
    .jumpIf(R1, '==', CAPTURE_KIND.string, `${name} string`);
  putOff(code, CAPTURE_KIND.strings, SCRATCH.strings, SCRATCH.stringsHead, next, name);
  putOff(code, CAPTURE_KIND.pointers, SCRATCH.pointers, SCRATCH.pointersHead, next, name);
  code.jumpIf(R1, '==', CAPTURE_KIND.behind, `${name} behind`);
  sizeOf(code, at, name, next);
  code
    .load('u8', R1, R7, at + CAPTURE.kind)
    .jumpIf(R1, '==', CAPTURE_KIND.iovec, `${name} many`)
    .jumpIf(R1, '==', CAPTURE_KIND.msghdr, `${name} many`)
    .label(`${name} bytes`);
  cutAtLimit(code);
  copy(code, next);
  code.jump(next).label(`${name} string`);
  copyString(code, next);
  code
    .jump(next)
    .label(`${name} many`)
    .load('u64', R2, R6, SCRATCH.head)
    .store('u64', R6, SCRATCH.buffersHead, R2)
    .load('u64', R3, R6, SCRATCH.record + CALL.result)
    .load('u8', R2, R7, at + CAPTURE.detail)
    .jumpIf(R2, '!=', 0, `${name} by result`)
    .move(R3, 0x7fffffff)
    .label(`${name} by result`)
    .store('u64', R6, SCRATCH.left, R3)
    .jumpIf(R1, '==', CAPTURE_KIND.msghdr, `${name} message`)
    .store('u64', R6, SCRATCH.buffers, R9)
    .store('u64', R6, SCRATCH.count, R8)
    .store('u64', R6, SCRATCH.part, 0)
    .jump(next)
    .label(`${name} message`)
    .store('u64', R6, SCRATCH.message, R9)
    .jump(next)
    .label(`${name} behind`);
  behindSize(code, at, name, next);
  code.load('u16', R8, R7, at + CAPTURE.offset).add(R8, R9);
  readWords(code, R8, POINTER_BYTES, next);
  code
    .load('u64', R9, R10, WORDS_AT)
    .jumpIf(R9, '==', 0, next)
    .load('u64', R1, R6, SCRATCH.head)
    .load('u8', R2, R7, at + CAPTURE.detail)
    .shiftLeft(R2, 8)
    .or(R1, R2)
    .store('u64', R6, SCRATCH.head, R1)
    .load('u64', R8, R6, SCRATCH.size)
    .load('u8', R1, R7, at + CAPTURE.sizeFrom)
    .jumpIf(R1, '==', SIZE_FROM.string, `${name} string`)
    .jumpIf(R8, 'signed <=', 0, next)
    .jump(`${name} bytes`)
    .label(next);
}

/** Notes how many bytes a pointer in the structure at R9 leads to. */
function behindSize(code: BpfAssembler, at: number, name: string, next: string): void {
  code
    .load('u32', R8, R7, at + CAPTURE.size)
    .load('u8', R1, R7, at + CAPTURE.sizeFrom)
    .jumpIf(R1, '==', SIZE_FROM.constant, `${name} known`)
    .jumpIf(R1, '==', SIZE_FROM.string, `${name} known`)
    .load('u8', R8, R7, at + CAPTURE.sizeArg)
    .add(R8, R9);
  readWords(code, R8, 4, next);
  code
    .load('u32', R8, R10, WORDS_AT)
    .load('u8', R1, R7, at + CAPTURE.sizeFrom)
    .jumpIf(R1, '==', SIZE_FROM.field4, `${name} field`)
    .and(R8, 0xffff)
    .label(`${name} field`)
    .load('u32', R1, R7, at + CAPTURE.size)
    .multiply(R8, R1)
    .label(`${name} known`)
    .store('u64', R6, SCRATCH.size, R8);
}

function putOff(code: BpfAssembler, kind: number, slot: number, head: number, next: string, name: string): void {
  const other = `${name} not ${kind}`;
  code
    .jumpIf(R1, '!=', kind, other)
    .store('u64', R6, slot, R9)
    .load('u64', R2, R6, SCRATCH.head)
    .store('u64', R6, head, R2)
    .jump(next)
    .label(other);
}

/** R8 = the size of the capture at `at`, which is not nought. */
function sizeOf(code: BpfAssembler, at: number, name: string, next: string): void {
  code
    .load('u32', R8, R7, at + CAPTURE.size)
    .load('u8', R1, R7, at + CAPTURE.sizeFrom)
    .jumpIf(R1, '==', SIZE_FROM.constant, `${name} sized`)
    .load('u64', R8, R6, SCRATCH.record + CALL.result)
    .jumpIf(R1, '==', SIZE_FROM.result, `${name} times`)
    .load('u8', R2, R7, at + CAPTURE.sizeArg);
  argument(code, R8);
  code
    .load('u32', R2, R7, at + CAPTURE.size)
    .and(R2, ABOVE_INT)
    .shiftLeft(R8, R2)
    .shiftRight(R8, R2)
    .jumpIf(R1, '==', SIZE_FROM.arg, `${name} times`);
  readWords(code, R8, 4, next);
  code
    .load('u32', R8, R10, WORDS_AT)
    .jump(`${name} sized`)
    .label(`${name} times`)
    .load('u16', R1, R7, at + CAPTURE.times)
    .multiply(R8, R1)
    .label(`${name} sized`)
    .jumpIf(R8, 'signed <=', 0, next);
}
