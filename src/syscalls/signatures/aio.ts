import type { InputType, OutputType, Signature } from '../argument-type.ts';
import { RWF_FLAGS } from '../constants/files.ts';
import { POLL_EVENTS } from '../constants/polling.ts';
import { AIO_COMMANDS, AIO_FLAGS } from '../constants/uapi.generated.ts';
import { decimalI64At, decimalU64At, hex64At, i16, i32, pointerAt, u16, u32 } from '../memory-words.ts';
import { address, long, uint } from '../types/numbers.ts';
import { arrayIn, arrayOut, boxed, structIn, structOut } from '../types/pointers.ts';
import { maskPair } from '../types/polling.ts';
import { i64At, record, x64At } from '../types/records.ts';
import { timespecIn } from '../types/time.ts';

const IOCB_SIZE = 64;
const POLL = 5;
const READS_AND_WRITES: ReadonlySet<number> = new Set([0, 1, 7, 8]);

/** The first fields of struct iocb. */
function headText(bytes: Uint8Array): string {
  const fields = [`aio_data=${hex64At(bytes, 0)}`];
  if (u32(bytes, 8) !== 0) fields.push(`aio_key=${u32(bytes, 8)}`);
  if (u32(bytes, 12) !== 0) fields.push(`aio_rw_flags=${RWF_FLAGS.text(u32(bytes, 12))}`);
  fields.push(`aio_lio_opcode=${AIO_COMMANDS.text(u16(bytes, 16))}`);
  if (i16(bytes, 18) !== 0) fields.push(`aio_reqprio=${i16(bytes, 18)}`);
  fields.push(`aio_fildes=${i32(bytes, 20)}`);
  return fields.join(', ');
}

/** struct iocb whole. */
function requestText(bytes: Uint8Array): string {
  const operation = u16(bytes, 16);
  let text = headText(bytes);
  if (READS_AND_WRITES.has(operation)) {
    text += `, aio_buf=${hex64At(bytes, 24)}, aio_nbytes=${decimalU64At(bytes, 32)}, aio_offset=${decimalI64At(bytes, 40)}`;
  } else if (operation === POLL) text += `, aio_buf=${POLL_EVENTS.text64(u32(bytes, 24), u32(bytes, 28))}`;
  else return `{${text}}`;
  if (u32(bytes, 56) !== 0) text += `, aio_flags=${AIO_FLAGS.text(u32(bytes, 56))}`;
  if (u32(bytes, 60) !== 0) text += `, aio_resfd=${i32(bytes, 60)}`;
  return `{${text}}`;
}

/** How many of the requests are looked at: what is behind pointers in an array needs a capture each. */
const SHOWN_REQUESTS = 8;

/** Pointers to requests, with the first ones of these. */
const requests: InputType & { readonly gap: string } = {
  gap: 'requests after the eighth are addresses',
  ...arrayIn({ arg: 1 }, 8, (bytes) => pointerAt(bytes, 0)),
  capture: (arg) => [
    { arg, at: 'entry', kind: 'bytes', size: { arg: 1, times: 8 } },
    ...Array.from(
      { length: SHOWN_REQUESTS },
      (_, i) => ({ arg, at: 'entry', kind: 'behind', part: i + 1, offset: 8 * i, size: IOCB_SIZE }) as const,
    ),
  ],
  print(call, arg, options) {
    const count = call.args.unsigned(1);
    const array = call.captured.bytes(arg);
    if (array === undefined) return address.print(call, arg, options);
    const shown = Math.min(Math.floor(array.length / 8), options.stringLimit);
    const texts = Array.from({ length: shown }, (_, i) => {
      const request = i < SHOWN_REQUESTS ? call.captured.bytes(arg, i + 1) : undefined;
      return request?.length === IOCB_SIZE ? requestText(request) : pointerAt(array, 8 * i);
    });
    return `[${texts.join(', ')}${count > shown ? ', ...' : ''}]`;
  },
};

const event = record({ data: x64At(0), obj: x64At(8), res: i64At(16), res2: i64At(24) });
const eventsOut: OutputType = arrayOut({ result: true }, 32, event);
const contextOut = structOut(
  8,
  boxed((bytes) => pointerAt(bytes, 0)),
);

/** Asynchronous input and output as it was before io_uring. */
export const AIO: Readonly<Record<string, Signature>> = {
  io_setup: { args: [uint, contextOut] },
  io_destroy: { args: [address] },
  io_submit: { args: [address, long, requests] },
  io_cancel: { args: [address, structIn(IOCB_SIZE, (bytes) => `{${headText(bytes)}}`), structOut(32, event)] },
  io_getevents: { args: [address, long, long, eventsOut, timespecIn] },
  io_pgetevents: { args: [address, long, long, eventsOut, timespecIn, maskPair] },
};
