import { HELPER } from '../../linux/bpf.ts';
import { type BpfAssembler, R0, R1, R2, R3, R6, R8, R9, R10, type Register } from '../../linux/bpf-assembler.ts';
import { CALL, CAPTURE_BYTES, LAST_CAPTURE_AT, MAX_RECORD } from './layout.ts';

/** What the code that captures is made of: single pieces of memory, copied into the record that a program composes. */

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
export const CUT: number = 1 << CUT_SHIFT;
/** On the stack, below the keys of maps. */
export const WORDS_AT = -112;

/** `to` = the argument whose index is in R2. */
export function argument(code: BpfAssembler, to: Register): void {
  code
    .and(R2, 7)
    .shiftLeft(R2, 3)
    .add(R2, R6)
    .load('u64', to, R2, SCRATCH.record + CALL.args);
}

/** Data of R8 bytes are cut at the limit. Without branches: each would double what the verifier has to follow. */
export function cutAtLimit(code: BpfAssembler): void {
  code.load('u64', R1, R6, SCRATCH.limit).subtract(R1, R8).move(R2, R1).shiftRight(R2, 63).multiply(R1, R2).add(R8, R1);
  markCutIf(code);
}

/** R2 is 1 if what is captured goes on, else 0. */
function markCutIf(code: BpfAssembler): void {
  code.shiftLeft(R2, CUT_SHIFT).load('u64', R1, R6, SCRATCH.head).or(R1, R2).store('u64', R6, SCRATCH.head, R1);
}

/** R1 = the address in scratch memory at which the next capture begins; if there is no room, no more is captured. */
export function place(code: BpfAssembler): void {
  code.load('u64', R1, R6, SCRATCH.cursor).jumpIf(R1, '>', LAST_CAPTURE_AT, 'captured').add(R1, R6);
}

/** Captures R8 bytes at the task's address R9, or nothing if they are too many. */
export function copy(code: BpfAssembler, failed: string): void {
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
export function copyString(code: BpfAssembler, failed: string): void {
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
export function finish(code: BpfAssembler): void {
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
export function readWords(code: BpfAssembler, address: Register, bytes: number, failed: string): void {
  code
    .move(R1, R10)
    .add(R1, WORDS_AT)
    .move(R2, bytes)
    .move(R3, address)
    .call(HELPER.probe_read_user)
    .jumpIf(R0, '!=', 0, failed);
}
