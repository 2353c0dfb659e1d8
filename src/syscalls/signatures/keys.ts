import type { ArgumentType, Call, InputType, Signature } from '../argument-type.ts';
import { KEY_REQKEYS, KEY_SPECIALS, KEYCTL_OPERATIONS } from '../constants/uapi.generated.ts';
import { on, range } from '../dependence.ts';
import { i32 } from '../memory-words.ts';
import { flags } from '../named-values.ts';
import { iovecIn } from '../types/messages.ts';
import { id, int, namedValue, opaque, size, uint, unknownWord } from '../types/numbers.ts';
import { structIn } from '../types/pointers.ts';
import { type Field, record } from '../types/records.ts';
import { dataIn, dataOut, string } from '../types/strings.ts';

function keyText(value: number): string {
  return KEY_SPECIALS.known(value) ?? String(value);
}

/** A key by its serial number, or one that every task has: `KEY_SPEC_SESSION_KEYRING`. */
const key: InputType = { when: 'entry', print: (call, arg) => keyText(call.args.i32(arg)) };
const keyAt = (offset: number): Field => ({ end: offset + 4, text: (bytes) => keyText(i32(bytes, offset)) });

const PERMISSIONS = namedValue(
  flags('KEY_???', {
    ...Object.fromEntries(
      ['POS', 'USR', 'GRP', 'OTH'].flatMap((who, i) =>
        ['VIEW', 'READ', 'WRITE', 'SEARCH', 'LINK', 'SETATTR'].map(
          (what, bit) => [`KEY_${who}_${what}`, 1 << (24 - 8 * i + bit)] as const,
        ),
      ),
    ),
  }),
);

const operation = namedValue(KEYCTL_OPERATIONS);
const parametersIn = structIn(12, record({ private: keyAt(0), prime: keyAt(4), base: keyAt(8) }));

/** The arguments of keyctl(2) after the operation. */
const ARGUMENTS: Readonly<Record<string, readonly ArgumentType[]>> = {
  KEYCTL_GET_KEYRING_ID: [key, int],
  KEYCTL_JOIN_SESSION_KEYRING: [string],
  KEYCTL_UPDATE: [key, dataIn({ arg: 3 }), size],
  KEYCTL_REVOKE: [key],
  KEYCTL_CHOWN: [key, id, id],
  KEYCTL_SETPERM: [key, PERMISSIONS],
  KEYCTL_DESCRIBE: [key, dataOut({ result: true }), size],
  KEYCTL_CLEAR: [key],
  KEYCTL_LINK: [key, key],
  KEYCTL_UNLINK: [key, key],
  KEYCTL_SEARCH: [key, string, string, key],
  KEYCTL_READ: [key, dataOut({ result: true }), size],
  KEYCTL_INSTANTIATE: [key, dataIn({ arg: 3 }), size, key],
  KEYCTL_NEGATE: [key, uint, key],
  KEYCTL_SET_REQKEY_KEYRING: [namedValue(KEY_REQKEYS)],
  KEYCTL_SET_TIMEOUT: [key, uint],
  KEYCTL_ASSUME_AUTHORITY: [key],
  KEYCTL_GET_SECURITY: [key, dataOut({ result: true }), size],
  KEYCTL_SESSION_TO_PARENT: [],
  KEYCTL_REJECT: [key, uint, uint, key],
  KEYCTL_INSTANTIATE_IOV: [key, iovecIn({ arg: 3 }), size, key],
  KEYCTL_INVALIDATE: [key],
  KEYCTL_GET_PERSISTENT: [id, key],
  KEYCTL_DH_COMPUTE: [parametersIn, dataOut({ result: true }), size, opaque],
  KEYCTL_RESTRICT_KEYRING: [key, string, string],
  KEYCTL_MOVE: [key, key, key, namedValue(flags('KEYCTL_MOVE_???', { KEYCTL_MOVE_EXCL: 1 }))],
  KEYCTL_CAPABILITIES: [dataOut({ result: true }), size],
};

function keyctlArguments(args: Call['args']): readonly ArgumentType[] {
  const name = KEYCTL_OPERATIONS.known(args.u32(0)) ?? '';
  return [operation, ...(ARGUMENTS[name] ?? [unknownWord, unknownWord, unknownWord, unknownWord])];
}

/** Keyrings: keyctl(2) by its operation. */
export const KEYS: Readonly<Record<string, Signature>> = {
  add_key: { args: [string, string, dataIn({ arg: 3 }), size, key] },
  request_key: { args: [string, string, string, key] },
  keyctl: { args: keyctlArguments, dependsOn: on(0, range(0, 32), 100) },
};
