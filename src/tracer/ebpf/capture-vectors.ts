import { type BpfAssembler, R1, R2, R6, R8, R9, R10 } from '../../linux/bpf-assembler.ts';
import { IOVEC_BYTES, MSGHDR, MSGHDR_BYTES, POINTER_BYTES } from '../../linux/message-header.ts';
import { CUT, copy, copyString, cutAtLimit, finish, place, readWords, SCRATCH, WORDS_AT } from './capture-parts.ts';
import { MAX_ARRAY, MAX_BUFFERS, MAX_STRINGS } from './layout.ts';

const PART = 1 << 8;
/** Parts of a captured msghdr (model/capture.ts). */
const MESSAGE_PARTS = { name: 1, control: 2, buffers: 3 } as const;
/** On the stack: a counter in a loop, where the verifier can see it. */
const COUNT_AT = -40;

/** Captures a vector of pointers up to its NULL, as part 0. R9 counts. */
export function pointers(code: BpfAssembler, slot: number, head: number, most: number): void {
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
export function strings(code: BpfAssembler): void {
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

/** Captures a struct msghdr, and puts off its buffers. */
export function message(code: BpfAssembler): void {
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
export function buffers(code: BpfAssembler): void {
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
