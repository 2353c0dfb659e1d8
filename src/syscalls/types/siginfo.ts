import { constantText, explained } from '../constant-style.ts';
import { SI_CODES, SI_CODES_OF } from '../constants/signals.ts';
import { errnoNameOf } from '../errnos.ts';
import { decimalI64At, hex, hex64At, i32, pointerAt, u16, u32 } from '../memory-words.ts';
import { signalText } from '../signals.ts';
import { syscallName } from '../syscall-table.ts';
import { idText } from './numbers.ts';

export const SIGINFO_SIZE = 128;

const SIGTRAP = 5;
const SIGBUS = 7;
const SIGSEGV = 11;
const SIGCHLD = 17;
const SIGIO = 29;
const SIGSYS = 31;
/** Signals whose siginfo holds a faulting address. */
const FAULTS: ReadonlySet<number> = new Set([4, SIGTRAP, SIGBUS, 8, SIGSEGV]);

const SI_USER = 0;
const SI_TIMER = -2;
const SI_SIGIO = -5;
const SI_TKILL = -6;
const CLD_EXITED = 1;
const SEGV_BNDERR = 3;
const SEGV_PKUERR = 4;
const AUDIT_ARCH_X86_64 = 0xc000003e;

/** siginfo_t: `{si_signo=SIGUSR1, si_code=SI_USER, si_pid=1, si_uid=0}`. Layout: sigaction(2), <asm-generic/siginfo.h>. */
export function siginfoText(bytes: Uint8Array): string {
  const signal = i32(bytes, 0);
  if (signal === 0) return '{}';
  const code = i32(bytes, 8);
  const fields = [`si_signo=${signalText(signal)}`, `si_code=${codeText(signal, code)}`];
  const errno = i32(bytes, 4);
  if (errno !== 0) fields.push(`si_errno=${errnoNameOf(errno) ?? errno >>> 0}`);
  fields.push(...(code <= 0 ? fromProgram(bytes, code) : fromKernel(bytes, signal, code)));
  return `{${fields.join(', ')}}`;
}

function codeText(signal: number, code: number): string {
  const name = SI_CODES.known(code) ?? SI_CODES_OF[signal]?.known(code);
  return constantText(hex(code), name);
}

function source(bytes: Uint8Array): string[] {
  return [`si_pid=${i32(bytes, 16)}`, `si_uid=${idText(u32(bytes, 20))}`];
}

function value(bytes: Uint8Array): string[] {
  return [`si_int=${i32(bytes, 24)}`, `si_ptr=${pointerAt(bytes, 24)}`];
}

function hasValue(bytes: Uint8Array): boolean {
  return u32(bytes, 24) !== 0 || u32(bytes, 28) !== 0;
}

/** What a program sent: kill(2), tgkill(2), sigqueue(3), timers. */
function fromProgram(bytes: Uint8Array, code: number): string[] {
  switch (code) {
    case SI_USER:
    case SI_TKILL:
      return source(bytes);
    case SI_TIMER:
      return [`si_timerid=${hex(i32(bytes, 16))}`, `si_overrun=${i32(bytes, 20)}`, ...value(bytes)];
    case SI_SIGIO:
      return band(bytes);
    default:
      return hasValue(bytes) ? [...source(bytes), ...value(bytes)] : source(bytes);
  }
}

function fromKernel(bytes: Uint8Array, signal: number, code: number): string[] {
  if (signal === SIGCHLD) return child(bytes, code);
  if (FAULTS.has(signal)) return fault(bytes, signal, code);
  if (signal === SIGIO) return code <= 6 ? band(bytes) : [];
  if (signal === SIGSYS) return badCall(bytes);
  const known = i32(bytes, 16) !== 0 || u32(bytes, 20) !== 0 ? source(bytes) : [];
  return hasValue(bytes) ? [...known, ...value(bytes)] : known;
}

function child(bytes: Uint8Array, code: number): string[] {
  const status = i32(bytes, 24);
  return [
    ...source(bytes),
    `si_status=${code === CLD_EXITED ? status : signalText(status)}`,
    `si_utime=${ticksText(bytes, 32)}`,
    `si_stime=${ticksText(bytes, 40)}`,
  ];
}

/** A clock_t (in 1/100 s), with its meaning in a comment unless it is zero. */
export function ticksText(bytes: Uint8Array, offset: number): string {
  const text = decimalI64At(bytes, offset);
  if (text === '0') return text;
  return explained(text, `${(Number(text) / 100).toFixed(2)} s`);
}

function fault(bytes: Uint8Array, signal: number, code: number): string[] {
  const fields = [`si_addr=${pointerAt(bytes, 16)}`];
  if (signal === SIGSEGV && code === SEGV_BNDERR) {
    fields.push(`si_lower=${pointerAt(bytes, 32)}`, `si_upper=${pointerAt(bytes, 40)}`);
  }
  if (signal === SIGSEGV && code === SEGV_PKUERR) fields.push(`si_pkey=${u32(bytes, 32)}`);
  if (signal === SIGBUS && code >= 4) fields.push(`si_addr_lsb=${hex(u16(bytes, 24))}`);
  return fields;
}

function band(bytes: Uint8Array): string[] {
  return [`si_band=${decimalI64At(bytes, 16)}`, `si_fd=${i32(bytes, 24)}`];
}

function badCall(bytes: Uint8Array): string[] {
  const arch = u32(bytes, 28);
  const nr = i32(bytes, 24);
  return [
    `si_call_addr=${pointerAt(bytes, 16)}`,
    `si_syscall=${arch === AUDIT_ARCH_X86_64 ? `__NR_${syscallName(nr)}` : hex(nr)}`,
    `si_arch=${arch === AUDIT_ARCH_X86_64 ? 'AUDIT_ARCH_X86_64' : hex64At(bytes, 28)}`,
  ];
}
