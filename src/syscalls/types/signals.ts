import { alike, type InputType, type OutputType } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { SA_RESTORER, SIGACTION_FLAGS, SIGALTSTACK_FLAGS } from '../constants/signals.ts';
import { SIGEV_NOTIFY } from '../constants/uapi.generated.ts';
import { decimalU64At, hex64, hex64At, i32, pointerAt, u32 } from '../memory-words.ts';
import { signalSetText, signalText } from '../signals.ts';
import { structIn, structOut } from './pointers.ts';
import { SIGINFO_SIZE, siginfoText } from './siginfo.ts';

/** A kernel sigset_t, 8 bytes: `[INT TERM]`. */
export function sigsetText(bytes: Uint8Array, offset = 0): string {
  return signalSetText(u32(bytes, offset), u32(bytes, offset + 4));
}

const HANDLERS: Readonly<Record<string, string>> = { '0': 'SIG_DFL', '0x1': 'SIG_IGN' };

/** struct kernel_sigaction, 32 bytes: handler, flags, restorer, mask. */
function sigactionText(bytes: Uint8Array): string {
  const handler = hex64At(bytes, 0);
  const flags = u32(bytes, 8);
  const fields = [
    `sa_handler=${constantText(handler, HANDLERS[handler])}`,
    `sa_mask=${sigsetText(bytes, 24)}`,
    `sa_flags=${flagsText(flags, u32(bytes, 12))}`,
  ];
  if (flags & SA_RESTORER) fields.push(`sa_restorer=${pointerAt(bytes, 16)}`);
  return `{${fields.join(', ')}}`;
}

/** The upper half of the flags has no meaning: C libraries leave signs in it. */
function flagsText(low: number, high: number): string {
  if (high === 0) return SIGACTION_FLAGS.text(low);
  return constantText(hex64(low, high), `${SIGACTION_FLAGS.known(low) ?? hex64(low, 0)}|${hex64(0, high)}`);
}

/** stack_t: sigaltstack(2). */
function stackText(bytes: Uint8Array): string {
  return `{ss_sp=${pointerAt(bytes, 0)}, ss_flags=${SIGALTSTACK_FLAGS.text(u32(bytes, 8))}, ss_size=${decimalU64At(bytes, 16)}}`;
}

export const sigsetIn: InputType = alike(structIn(8, (bytes) => sigsetText(bytes)));
export const sigsetOut: OutputType = alike(structOut(8, (bytes) => sigsetText(bytes)));
export const sigactionIn: InputType = structIn(32, sigactionText);
export const sigactionOut: OutputType = structOut(32, sigactionText);
export const stackIn: InputType = structIn(24, stackText);
export const stackOut: OutputType = structOut(24, stackText);
export const siginfoIn: InputType = structIn(SIGINFO_SIZE, siginfoText);
export const siginfoOut: OutputType = structOut(SIGINFO_SIZE, siginfoText);

const SIGEV_SIGNAL = 0;
const SIGEV_THREAD = 2;
const SIGEV_THREAD_ID = 4;

/** struct sigevent: timer_create(2), mq_notify(2). */
function sigeventText(bytes: Uint8Array): string {
  const notify = i32(bytes, 12);
  const fields: string[] = [];
  if (pointerAt(bytes, 0) !== 'NULL') {
    fields.push(`sigev_value={sival_int=${i32(bytes, 0)}, sival_ptr=${pointerAt(bytes, 0)}}`);
  }
  const sends = notify === SIGEV_SIGNAL || notify === SIGEV_THREAD || notify === SIGEV_THREAD_ID;
  fields.push(`sigev_signo=${sends ? signalText(i32(bytes, 8)) : u32(bytes, 8)}`);
  fields.push(`sigev_notify=${SIGEV_NOTIFY.text(notify)}`);
  if (notify === SIGEV_THREAD_ID) fields.push(`sigev_notify_thread_id=${i32(bytes, 16)}`);
  if (notify === SIGEV_THREAD) {
    fields.push(`sigev_notify_function=${pointerAt(bytes, 16)}`, `sigev_notify_attributes=${pointerAt(bytes, 24)}`);
  }
  return `{${fields.join(', ')}}`;
}

export const sigeventIn: InputType = structIn(64, sigeventText);
