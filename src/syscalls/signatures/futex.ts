import type { Dependence } from '../../model/capture.ts';
import type { ArgumentType, Call, InputType } from '../argument-type.ts';
import { constantText } from '../constant-style.ts';
import { FUTEX_OPERATIONS } from '../constants/processes.ts';
import { on, range } from '../dependence.ts';
import { hex } from '../memory-words.ts';
import { address, hex32, uint } from '../types/numbers.ts';
import { timespecIn } from '../types/time.ts';

const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_CLOCK_REALTIME = 256;
const FUTEX_BITSET_MATCH_ANY = 0xffff_ffff;

/** Three operations that take flags but print them as a sum, for want of a name. */
const operation: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const base = value & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    const name = FUTEX_OPERATIONS.known(base);
    if (name === undefined) return `${hex(value)} /* FUTEX_??? */`;
    return constantText(
      hex(value),
      `${name}${value & FUTEX_PRIVATE_FLAG ? '_PRIVATE' : ''}${value & FUTEX_CLOCK_REALTIME ? '|FUTEX_CLOCK_REALTIME' : ''}`,
    );
  },
};

const bitset: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    return constantText(hex(value), value === FUTEX_BITSET_MATCH_ANY ? 'FUTEX_BITSET_MATCH_ANY' : undefined);
  },
};

const WAKE_OPERATIONS = ['FUTEX_OP_SET', 'FUTEX_OP_ADD', 'FUTEX_OP_OR', 'FUTEX_OP_ANDN', 'FUTEX_OP_XOR'];
const WAKE_COMPARISONS = [
  'FUTEX_OP_CMP_EQ',
  'FUTEX_OP_CMP_NE',
  'FUTEX_OP_CMP_LT',
  'FUTEX_OP_CMP_LE',
  'FUTEX_OP_CMP_GT',
  'FUTEX_OP_CMP_GE',
];

/** What FUTEX_WAKE_OP does to the second word, packed into one number. */
const wakeOperation: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const shifted = value >>> 31 ? 'FUTEX_OP_OPARG_SHIFT<<28|' : '';
    const operationCode = (value >>> 28) & 7;
    const comparison = (value >>> 24) & 0xf;
    const operationText = WAKE_OPERATIONS[operationCode] ?? `${hex(operationCode)}<<28 /* FUTEX_OP_??? */`;
    const comparisonText = WAKE_COMPARISONS[comparison] ?? hex(comparison);
    return `${shifted}${operationText}<<28|${hex((value >>> 12) & 0xfff)}<<12|${comparisonText}<<24|${hex(value & 0xfff)}`;
  },
};

/** The arguments of futex(2) by its operation. */
export function futexArguments(args: Call['args']): readonly ArgumentType[] {
  switch (args.u32(1) & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)) {
    case 0: // FUTEX_WAIT
      return [address, operation, uint, timespecIn];
    case 1: // FUTEX_WAKE
    case 2: // FUTEX_FD
      return [address, operation, uint];
    case 3: // FUTEX_REQUEUE
      return [address, operation, uint, uint, address];
    case 4: // FUTEX_CMP_REQUEUE
    case 12: // FUTEX_CMP_REQUEUE_PI
      return [address, operation, uint, uint, address, uint];
    case 5: // FUTEX_WAKE_OP
      return [address, operation, uint, uint, address, wakeOperation];
    case 6: // FUTEX_LOCK_PI
    case 13: // FUTEX_LOCK_PI2
      return [address, operation, { ...timespecIn, word: 3 }];
    case 7: // FUTEX_UNLOCK_PI
    case 8: // FUTEX_TRYLOCK_PI
      return [address, operation];
    case 9: // FUTEX_WAIT_BITSET
      return [address, operation, uint, timespecIn, { ...bitset, word: 5 }];
    case 10: // FUTEX_WAKE_BITSET
      return [address, operation, uint, { ...bitset, word: 5 }];
    case 11: // FUTEX_WAIT_REQUEUE_PI
      return [address, operation, uint, timespecIn, address];
    default:
      return [address, operation, uint, address, address, hex32];
  }
}

/** The operations, with each of their flags. */
export const FUTEX_DEPENDENCE: Dependence = on(
  1,
  [0, 128, 256, 384].flatMap((flags) => range(0, 14).map((operation) => operation | flags)),
  127,
);
