import { HELPER } from '../../linux/bpf.ts';
import { type BpfAssembler, R0, R1, R2, R3, R6, R7, R8, R9, R10, type Register } from '../../linux/bpf-assembler.ts';
import { IOVEC_BYTES, MSGHDR, MSGHDR_BYTES, POINTER_BYTES } from '../../linux/message-header.ts';
import {
  CALL,
  CAPTURE,
  CAPTURE_BYTES,
  CAPTURE_KIND,
  LAST_CAPTURE_AT,
  MAX_ARRAY,
  MAX_BUFFERS,
  MAX_POINTERS,
  MAX_RECORD,
  MAX_STRINGS,
  PLAN,
  REGS,
  SIZE_FROM,
} from './layout.ts';

/**
 * The scratch memory in which a program composes a record: first what it keeps there for itself. What has been there is
 * unknown to the verifier, so that all ways to a place look the same to it: else it would follow each of them to the end.
 */
export const SCRATCH = {
  /** Where the next capture goes, in the record. */
  cursor: 0,
  /** Which captures are wanted: WHEN. */
  when: 8,
  /** The first word of the capture under way. */
  head: 16,
  /** Bytes of data that a buffer is cut at. */
  limit: 24,
  strings: 32,
  pointers: 40,
  buffers: 48,
  message: 56,
  /** Of buffers: how many, the bytes of data that all have together, and the part of the first. */
  count: 64,
  left: 72,
  part: 80,
  /** Heads of the captures of many parts. */
  stringsHead: 88,
  pointersHead: 96,
  buffersHead: 104,
  regs: 112,
  /** Bytes that a pointer in a structure leads to. */
  size: 240,
  record: 248,
} as const;

export const SCRATCH_BYTES: number = SCRATCH.record + MAX_RECORD;

const CUT_SHIFT = 16;
const CUT = 1 << CUT_SHIFT;
const PART = 1 << 8;
/** Parts of a captured msghdr (model/capture.ts). */
const MESSAGE_PARTS = { name: 1, control: 2, buffers: 3 } as const;
/** On the stack, below the keys of maps. */
const WORDS_AT = -112;

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

/** `to` = the argument whose index is in R2. */
function argument(code: BpfAssembler, to: Register): void {
  code
    .and(R2, 7)
    .shiftLeft(R2, 3)
    .add(R2, R6)
    .load('u64', to, R2, SCRATCH.record + CALL.args);
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
  code.jumpIf(R1, '==', SIZE_FROM.arg, `${name} times`);
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

/** Data of R8 bytes are cut at the limit. Without branches: each would double what the verifier has to follow. */
function cutAtLimit(code: BpfAssembler): void {
  code.load('u64', R1, R6, SCRATCH.limit).subtract(R1, R8).move(R2, R1).shiftRight(R2, 63).multiply(R1, R2).add(R8, R1);
  markCutIf(code);
}

/** R2 is 1 if what is captured goes on, else 0. */
function markCutIf(code: BpfAssembler): void {
  code.shiftLeft(R2, CUT_SHIFT).load('u64', R1, R6, SCRATCH.head).or(R1, R2).store('u64', R6, SCRATCH.head, R1);
}

/** R1 = the address in scratch memory at which the next capture begins; if there is no room, no more is captured. */
function place(code: BpfAssembler): void {
  code.load('u64', R1, R6, SCRATCH.cursor).jumpIf(R1, '>', LAST_CAPTURE_AT, 'captured').add(R1, R6);
}

/** Captures R8 bytes at the task's address R9, or nothing if they are too many. */
function copy(code: BpfAssembler, failed: string): void {
  code.jumpIf(R8, '>', CAPTURE_BYTES, failed);
  place(code);
  code
    .add(R1, SCRATCH.record + 8)
    .move(R2, R8)
    .move(R3, R9)
    .call(HELPER.probe_read_user)
    .jumpIf(R0, '!=', 0, failed);
  finish(code);
}

/** Captures the string at the task's address R9. Two bytes beyond the limit tell whether it goes on: one of text, a NUL. */
function copyString(code: BpfAssembler, failed: string): void {
  code.load('u64', R8, R6, SCRATCH.limit).jumpIf(R8, '>', CAPTURE_BYTES - 2, failed);
  place(code);
  code
    .add(R1, SCRATCH.record + 8)
    .move(R2, R8)
    .add(R2, 2)
    .move(R3, R9)
    .call(HELPER.probe_read_user_str)
    .jumpIf(R0, 'signed <=', 0, failed)
    .subtract(R8, R0)
    .add(R8, 1)
    .move(R2, R8)
    .shiftRight(R2, 63)
    .move(R8, R0)
    .subtract(R8, 1)
    .subtract(R8, R2);
  markCutIf(code);
  finish(code);
}

/** Puts the head before R8 bytes that are in place, and moves on. */
function finish(code: BpfAssembler): void {
  place(code);
  code
    .load('u64', R2, R6, SCRATCH.head)
    .store('u32', R1, SCRATCH.record, R2)
    .store('u32', R1, SCRATCH.record + 4, R8)
    .load('u64', R1, R6, SCRATCH.cursor)
    .add(R8, 8 + 7)
    .and(R8, ~7)
    .add(R1, R8)
    .store('u64', R6, SCRATCH.cursor, R1);
}

/** Reads a few bytes at a task's address to the stack. */
function readWords(code: BpfAssembler, address: Register, bytes: number, failed: string): void {
  code
    .move(R1, R10)
    .add(R1, WORDS_AT)
    .move(R2, bytes)
    .move(R3, address)
    .call(HELPER.probe_read_user)
    .jumpIf(R0, '!=', 0, failed);
}

/** Captures a vector of pointers up to its NULL, as part 0. R9 counts. */
function pointers(code: BpfAssembler, slot: number, head: number, most: number): void {
  const name = `pointers ${slot}`;
  code
    .load('u64', R1, R6, slot)
    .jumpIf(R1, '==', 0, `${name} done`)
    .load('u64', R2, R6, head)
    .store('u64', R6, SCRATCH.head, R2)
    .move(R9, 0)
    .label(`${name} each`)
    .jumpIf(R9, '>=', most, `${name} more`)
    .load('u64', R8, R6, slot)
    .move(R2, R9)
    .shiftLeft(R2, 3)
    .add(R8, R2);
  readWords(code, R8, POINTER_BYTES, `${name} more`);
  code.load('u64', R8, R10, WORDS_AT).jumpIf(R8, '==', 0, `${name} whole`);
  place(code);
  code
    .move(R2, R9)
    .shiftLeft(R2, 3)
    .add(R1, R2)
    .store('u64', R1, SCRATCH.record + 8, R8)
    .add(R9, 1)
    .jump(`${name} each`)
    .label(`${name} more`)
    .jumpIf(R9, '==', 0, `${name} done`);
  code
    .load('u64', R2, R6, SCRATCH.head)
    .or(R2, CUT)
    .store('u64', R6, SCRATCH.head, R2)
    .label(`${name} whole`)
    .move(R8, R9)
    .shiftLeft(R8, 3);
  finish(code);
  code.label(`${name} done`);
}

/** Captures the strings of a vector, as parts 1 and on. */
function strings(code: BpfAssembler): void {
  code
    .load('u64', R1, R6, SCRATCH.strings)
    .jumpIf(R1, '==', 0, 'strings done')
    .move(R9, 0)
    .store('u64', R10, COUNT_AT, R9)
    .label('strings each')
    .load('u64', R9, R10, COUNT_AT)
    .jumpIf(R9, '>=', MAX_STRINGS, 'strings done')
    .load('u64', R8, R6, SCRATCH.strings)
    .move(R2, R9)
    .shiftLeft(R2, 3)
    .add(R8, R2)
    .add(R9, 1)
    .store('u64', R10, COUNT_AT, R9)
    .load('u64', R2, R6, SCRATCH.stringsHead)
    .shiftLeft(R9, 8)
    .or(R2, R9)
    .store('u64', R6, SCRATCH.head, R2);
  readWords(code, R8, POINTER_BYTES, 'strings done');
  code.load('u64', R9, R10, WORDS_AT).jumpIf(R9, '==', 0, 'strings done');
  copyString(code, 'strings done');
  code.jump('strings each').label('strings done');
}

/** A counter in a loop, where the verifier can see it. */
const COUNT_AT = -40;

/** Captures a struct msghdr, and puts off its buffers. */
function message(code: BpfAssembler): void {
  code
    .load('u64', R9, R6, SCRATCH.message)
    .jumpIf(R9, '==', 0, 'message done')
    .load('u64', R2, R6, SCRATCH.buffersHead)
    .store('u64', R6, SCRATCH.head, R2)
    .move(R8, MSGHDR_BYTES);
  copy(code, 'message done');
  code.load('u64', R9, R6, SCRATCH.message);
  readWords(code, R9, MSGHDR_BYTES, 'message done');
  for (const [part, pointer, length, width] of [
    [MESSAGE_PARTS.name, MSGHDR.name, MSGHDR.nameLength, 'u32'],
    [MESSAGE_PARTS.control, MSGHDR.control, MSGHDR.controlLength, 'u64'],
  ] as const) {
    const name = `message ${part}`;
    code
      .load('u64', R2, R6, SCRATCH.buffersHead)
      .or(R2, part * PART)
      .store('u64', R6, SCRATCH.head, R2)
      .load('u64', R9, R10, WORDS_AT + pointer)
      .load(width, R8, R10, WORDS_AT + length)
      .jumpIf(R9, '==', 0, `${name} done`)
      .jumpIf(R8, 'signed <=', 0, `${name} done`);
    copy(code, `${name} done`);
    code.label(`${name} done`);
  }
  code
    .load('u64', R1, R10, WORDS_AT + MSGHDR.iov)
    .store('u64', R6, SCRATCH.buffers, R1)
    .load('u64', R1, R10, WORDS_AT + MSGHDR.iovLength)
    .store('u64', R6, SCRATCH.count, R1)
    .store('u64', R6, SCRATCH.part, MESSAGE_PARTS.buffers)
    .label('message done');
}

/** Captures an array of buffers, and what they hold. */
function buffers(code: BpfAssembler): void {
  code
    .load('u64', R9, R6, SCRATCH.buffers)
    .jumpIf(R9, '==', 0, 'buffers done')
    .load('u64', R8, R6, SCRATCH.count)
    .jumpIf(R8, 'signed <=', 0, 'buffers done')
    .load('u64', R1, R6, SCRATCH.part)
    .shiftLeft(R1, 8)
    .load('u64', R2, R6, SCRATCH.buffersHead)
    .or(R2, R1)
    .store('u64', R6, SCRATCH.buffersHead, R2)
    .store('u64', R6, SCRATCH.head, R2)
    .jumpIf(R8, '<=', MAX_ARRAY, 'buffers all')
    .move(R8, MAX_ARRAY)
    .label('buffers all')
    .multiply(R8, IOVEC_BYTES);
  copy(code, 'buffers done');
  code
    .move(R9, 0)
    .store('u64', R10, COUNT_AT, R9)
    .label('buffers each')
    .load('u64', R9, R10, COUNT_AT)
    .jumpIf(R9, '>=', MAX_BUFFERS, 'buffers done')
    .load('u64', R1, R6, SCRATCH.count)
    .jumpIf(R9, '>=', R1, 'buffers done')
    .move(R8, R9)
    .multiply(R8, IOVEC_BYTES)
    .add(R9, 1)
    .store('u64', R10, COUNT_AT, R9)
    .load('u64', R1, R6, SCRATCH.buffers)
    .add(R8, R1)
    .load('u64', R2, R6, SCRATCH.buffersHead)
    .add(R2, PART)
    .store('u64', R6, SCRATCH.buffersHead, R2)
    .store('u64', R6, SCRATCH.head, R2);
  readWords(code, R8, IOVEC_BYTES, 'buffers done');
  code
    .load('u64', R9, R10, WORDS_AT)
    .load('u64', R8, R10, WORDS_AT + 8)
    .load('u64', R1, R6, SCRATCH.left)
    .jumpIf(R8, '<=', R1, 'buffers filled')
    .move(R8, R1)
    .label('buffers filled')
    .subtract(R1, R8)
    .store('u64', R6, SCRATCH.left, R1)
    .jumpIf(R8, 'signed <=', 0, 'buffers each');
  cutAtLimit(code);
  copy(code, 'buffers done');
  code.jump('buffers each').label('buffers done');
}
