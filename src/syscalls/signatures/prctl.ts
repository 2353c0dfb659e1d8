import type { Dependence } from '../../model/capture.ts';
import type { ArgumentType, Call, InputType, ResultType } from '../argument-type.ts';
import { upperHalf } from '../argument-words.ts';
import { CAPABILITIES, PRCTL_OPTIONS } from '../constants/processes.ts';
import {
  PR_MCE,
  PR_MDWE,
  PR_SET_MM_OPTIONS,
  PR_SPECULATION_VALUES,
  PR_SPECULATIONS,
  PR_TSC,
  SECUREBITS,
} from '../constants/uapi.generated.ts';
import { on, range } from '../dependence.ts';
import { i32, pointerAt, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { quotedUntilNul } from '../quoted-text.ts';
import { signalText } from '../signals.ts';
import { decimalResult, hexadecimal, long, namedValue, signal, size, unknownWord } from '../types/numbers.ts';
import { filterIn } from '../types/packet-filters.ts';
import { boxed, structOut } from '../types/pointers.ts';
import { string } from '../types/strings.ts';

const TASK_COMM_LEN = 16;

const DUMPABLE = choice('SUID_DUMP_???', { SUID_DUMP_DISABLE: 0, SUID_DUMP_USER: 1, SUID_DUMP_ROOT: 2 });
const SECCOMP_MODES = choice('SECCOMP_MODE_???', {
  SECCOMP_MODE_DISABLED: 0,
  SECCOMP_MODE_STRICT: 1,
  SECCOMP_MODE_FILTER: 2,
});
const AMBIENT = choice('PR_CAP_AMBIENT_???', {
  PR_CAP_AMBIENT_IS_SET: 1,
  PR_CAP_AMBIENT_RAISE: 2,
  PR_CAP_AMBIENT_LOWER: 3,
  PR_CAP_AMBIENT_CLEAR_ALL: 4,
});
const SET_VMA = choice('PR_SET_VMA_???', { PR_SET_VMA_ANON_NAME: 0 });

const operation = namedValue(PRCTL_OPTIONS);
const numberBoxOut = structOut(
  4,
  boxed((bytes) => String(i32(bytes, 0))),
);
const signalBoxOut = structOut(
  4,
  boxed((bytes) => signalText(i32(bytes, 0))),
);
/** A name, of which the kernel takes as much as has room beside a NUL. */
const nameIn: InputType = {
  ...string,
  print: (call, arg, options) =>
    string.print(call, arg, { ...options, stringLimit: Math.min(options.stringLimit, TASK_COMM_LEN - 1) }),
};
const nameOut = structOut(TASK_COMM_LEN, (bytes, { strings }) => quotedUntilNul(bytes, strings));

const capability: InputType = {
  when: 'entry',
  print(call, arg) {
    const name = upperHalf(call, arg) === 0 ? CAPABILITIES[call.args.u32(arg)] : undefined;
    return name ?? `${call.args.hex(arg)} /* CAP_??? */`;
  },
};

const SECCOMP_MODE_FILTER = 2;
const PR_SET_PTRACER_ANY = '0xffffffffffffffff';
/** Who may trace: a process, or anyone. */
const tracer: InputType = {
  when: 'entry',
  print: (call, arg) => (call.args.hex(arg) === PR_SET_PTRACER_ANY ? 'PR_SET_PTRACER_ANY' : String(call.args.i32(arg))),
};
const tscOut = structOut(
  4,
  boxed((bytes) => PR_TSC.text(u32(bytes, 0))),
);
const addressOut = structOut(
  8,
  boxed((bytes) => pointerAt(bytes, 0)),
);

/** The arguments of prctl(2) by its operation; those not listed are five numbers. */
export function prctlArguments(args: Call['args']): readonly ArgumentType[] {
  switch (PRCTL_OPTIONS.known(args.u32(0))) {
    case 'PR_GET_KEEPCAPS':
    case 'PR_GET_TIMING':
    case 'PR_GET_SECCOMP':
    case 'PR_GET_TIMERSLACK':
    case 'PR_GET_DUMPABLE':
    case 'PR_GET_SECUREBITS':
    case 'PR_TASK_PERF_EVENTS_DISABLE':
    case 'PR_TASK_PERF_EVENTS_ENABLE':
      return [operation];
    case 'PR_GET_CHILD_SUBREAPER':
      return [operation, numberBoxOut];
    case 'PR_SET_KEEPCAPS':
    case 'PR_SET_CHILD_SUBREAPER':
    case 'PR_SET_TIMING':
      return [operation, size];
    case 'PR_SET_NO_NEW_PRIVS':
    case 'PR_SET_THP_DISABLE':
    case 'PR_SET_IO_FLUSHER':
      return [operation, size, hexadecimal, hexadecimal, hexadecimal];
    case 'PR_SET_PDEATHSIG':
      return [operation, signal];
    case 'PR_GET_PDEATHSIG':
      return [operation, signalBoxOut];
    case 'PR_SET_DUMPABLE':
      return [operation, namedValue(DUMPABLE)];
    case 'PR_SET_NAME':
      return [operation, nameIn];
    case 'PR_GET_NAME':
      return [operation, nameOut];
    case 'PR_SET_SECCOMP':
      return args.u32(1) === SECCOMP_MODE_FILTER
        ? [operation, namedValue(SECCOMP_MODES), filterIn('seccomp')]
        : [operation, namedValue(SECCOMP_MODES)];
    case 'PR_SET_SECUREBITS':
      return [operation, namedValue(SECUREBITS)];
    case 'PR_GET_TSC':
      return [operation, tscOut];
    case 'PR_SET_TSC':
      return [operation, namedValue(PR_TSC)];
    case 'PR_MCE_KILL':
      return [operation, namedValue(PR_MCE), hexadecimal, hexadecimal, hexadecimal];
    case 'PR_GET_NO_NEW_PRIVS':
    case 'PR_GET_THP_DISABLE':
    case 'PR_MCE_KILL_GET':
    case 'PR_GET_IO_FLUSHER':
    case 'PR_GET_MDWE':
      return [operation, hexadecimal, hexadecimal, hexadecimal, hexadecimal];
    case 'PR_SET_MDWE':
      return [operation, namedValue(PR_MDWE), hexadecimal, hexadecimal, hexadecimal];
    case 'PR_GET_TID_ADDRESS':
      return [operation, addressOut];
    case 'PR_SET_MM':
      return [operation, namedValue(PR_SET_MM_OPTIONS), hexadecimal, hexadecimal, hexadecimal];
    case 'PR_SET_PTRACER':
      return [operation, tracer];
    case 'PR_GET_SPECULATION_CTRL':
      return [operation, namedValue(PR_SPECULATIONS), hexadecimal, hexadecimal, hexadecimal];
    case 'PR_SET_SPECULATION_CTRL':
      return [operation, namedValue(PR_SPECULATIONS), namedValue(PR_SPECULATION_VALUES), hexadecimal, hexadecimal];
    case 'PR_CAPBSET_READ':
    case 'PR_CAPBSET_DROP':
      return [operation, capability];
    case 'PR_SET_TIMERSLACK':
      return [operation, long];
    case 'PR_CAP_AMBIENT':
      return args.u32(1) >= 1 && args.u32(1) <= 3
        ? [operation, namedValue(AMBIENT), capability, hexadecimal, hexadecimal]
        : [operation, namedValue(AMBIENT), hexadecimal, hexadecimal, hexadecimal];
    case 'PR_SET_VMA':
      return [operation, namedValue(SET_VMA), hexadecimal, size, string];
    default:
      return [operation, unknownWord, unknownWord, unknownWord, unknownWord];
  }
}

export const prctlResult: ResultType = {
  text: decimalResult.text,
  note: (call) =>
    call.errno === 0 && PRCTL_OPTIONS.known(call.args.u32(0)) === 'PR_GET_DUMPABLE'
      ? DUMPABLE.known(call.result.u32(0))
      : undefined,
};

/** The options; the last one is PR_SET_VMA. */
export const PRCTL_DEPENDENCE: Dependence = on(0, [...range(1, 80), 0x53564d41]);
