import {
  type ArgumentType,
  alike,
  type Call,
  type InputType,
  type OutputType,
  type Signature,
} from '../argument-type.ts';
import { CAPABILITIES, SECCOMP_FILTER_FLAGS, SECCOMP_OPERATIONS } from '../constants/processes.ts';
import {
  LANDLOCK_FS,
  LANDLOCK_NET,
  LANDLOCK_RULES,
  LANDLOCK_RULESET_FLAGS,
  LANDLOCK_SCOPES,
  LSM_ATTRIBUTES,
  LSM_FLAGS,
  LSM_IDS,
} from '../constants/uapi.generated.ts';
import { on, onSize } from '../dependence.ts';
import { decimalU64At, hex, hex64At, i32, u32 } from '../memory-words.ts';
import { choice } from '../named-values.ts';
import { hexEscaped } from '../quoted-text.ts';
import { address, addressText, fd, hex32, namedValue, size } from '../types/numbers.ts';
import { filterIn, SECCOMP_ACTIONS } from '../types/packet-filters.ts';
import { arrayOut, boxed, changedNumber, structIn, structOut } from '../types/pointers.ts';
import { i32At, known64, named64At, record, u16At, u64At } from '../types/records.ts';

const VERSIONS = choice('_LINUX_CAPABILITY_VERSION_???', {
  _LINUX_CAPABILITY_VERSION_1: 0x19980330,
  _LINUX_CAPABILITY_VERSION_2: 0x20071026,
  _LINUX_CAPABILITY_VERSION_3: 0x20080522,
});
const VERSION_1 = 0x19980330;

const capabilityHeader: InputType = alike(
  structIn(8, (bytes) => `{version=${VERSIONS.text(u32(bytes, 0))}, pid=${i32(bytes, 4)}}`),
);

/** A set of capabilities of 64 bits: `1<<CAP_CHOWN|1<<CAP_KILL`. */
function capabilitySet(low: number, high: number): string {
  const names: string[] = [];
  let rest = 0;
  for (let bit = 0; bit < 32; bit++) {
    if ((low >>> bit) & 1) names.push(`1<<${CAPABILITIES[bit]}`);
  }
  for (let bit = 0; bit < 32; bit++) {
    if (((high >>> bit) & 1) === 0) continue;
    const name = CAPABILITIES[32 + bit];
    if (name === undefined) rest = (rest | (1 << bit)) >>> 0;
    else names.push(`1<<${name}`);
  }
  if (rest !== 0) names.push(high === rest ? `${hex(rest)} /* CAP_??? */` : hex(rest));
  return names.length === 0 ? '0' : names.join('|');
}

/** One or two struct __user_cap_data_struct, as the version in the header says: lower and upper halves of three sets. */
function capabilityData(bytes: Uint8Array, version: number): string {
  const isWide = version !== VERSION_1 && bytes.length >= 24;
  const set = (at: number): string => capabilitySet(u32(bytes, at), isWide ? u32(bytes, 12 + at) : 0);
  return `{effective=${set(0)}, permitted=${set(4)}, inheritable=${set(8)}}`;
}

function capabilities(call: Call, arg: number, bytes: Uint8Array | undefined): string {
  const header = call.captured.bytesAtEntry(0) ?? call.captured.bytes(0);
  if (bytes === undefined || header === undefined) return addressText(call.args, arg);
  return capabilityData(bytes, u32(header, 0));
}

const capabilityDataIn: InputType = alike({
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: 24 }],
  print: (call, arg) => capabilities(call, arg, call.captured.bytes(arg)),
});
const capabilityDataOut: OutputType = alike({
  when: 'exit',
  capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: 24 }],
  print: (call, arg) => capabilities(call, arg, call.errno === 0 ? call.captured.bytes(arg) : undefined),
});

const LANDLOCK_RULE_PATH_BENEATH = 1;
const LANDLOCK_RULE_NET_PORT = 2;
const ruleset = alike(
  structIn(
    { arg: 1 },
    record({
      handled_access_fs: named64At(0, LANDLOCK_FS),
      handled_access_net: named64At(8, LANDLOCK_NET),
      scoped: named64At(16, LANDLOCK_SCOPES),
    }),
  ),
);

function createRulesetArguments(args: Call['args']): readonly ArgumentType[] {
  return [args.unsigned(1) < 8 ? address : ruleset, size, namedValue(LANDLOCK_RULESET_FLAGS)];
}
const RULES: Readonly<Record<number, ArgumentType>> = {
  [LANDLOCK_RULE_PATH_BENEATH]: alike(
    structIn(12, record({ allowed_access: named64At(0, LANDLOCK_FS), parent_fd: i32At(8) })),
  ),
  [LANDLOCK_RULE_NET_PORT]: alike(structIn(16, record({ allowed_access: named64At(0, LANDLOCK_NET), port: u64At(8) }))),
};

const SECCOMP_SET_MODE_FILTER = 1;
const SECCOMP_GET_ACTION_AVAIL = 2;
const SECCOMP_GET_NOTIF_SIZES = 3;

const notificationSizes = structOut(
  6,
  record({ seccomp_notif: u16At(0), seccomp_notif_resp: u16At(2), seccomp_data: u16At(4) }),
);

function seccompArguments(args: Call['args']): readonly ArgumentType[] {
  const operation = namedValue(SECCOMP_OPERATIONS);
  switch (args.u32(0)) {
    case SECCOMP_SET_MODE_FILTER:
      return [operation, namedValue(SECCOMP_FILTER_FLAGS), filterIn('seccomp')];
    case SECCOMP_GET_ACTION_AVAIL:
      return [
        operation,
        hex32,
        structIn(
          4,
          boxed((bytes) => SECCOMP_ACTIONS.text(u32(bytes, 0))),
        ),
      ];
    case SECCOMP_GET_NOTIF_SIZES:
      return [operation, hex32, notificationSizes];
    default:
      return [operation, hex32, address];
  }
}

const LSM_CONTEXT_HEAD = 32;

/** struct lsm_ctx, one or several in a row. */
function contextsText(bytes: Uint8Array): string {
  const texts: string[] = [];
  for (let at = 0; at + LSM_CONTEXT_HEAD <= bytes.length; ) {
    const length = u32(bytes, at + 16);
    const inside = bytes.subarray(at + LSM_CONTEXT_HEAD, at + LSM_CONTEXT_HEAD + u32(bytes, at + 24));
    const content = inside.length === 0 ? '' : `, ctx="${hexEscaped(inside)}"`;
    const id = known64(LSM_IDS, bytes, at);
    texts.push(
      `{id=${id}, flags=${hex64At(bytes, at + 8)}, len=${decimalU64At(bytes, at + 16)}, ctx_len=${decimalU64At(bytes, at + 24)}${content}}`,
    );
    if (length < LSM_CONTEXT_HEAD) break;
    at += length;
  }
  return `[${texts.join(', ')}]`;
}

const contextsOut: OutputType = {
  when: 'exit',
  capture: (arg) => [{ arg, at: 'exit', kind: 'bytes', size: { pointedBy: 2 } }],
  print(call, arg) {
    const bytes = call.errno === 0 ? call.captured.bytes(arg) : undefined;
    return bytes === undefined ? addressText(call.args, arg) : contextsText(bytes);
  },
};
const contextIn = structIn({ arg: 2 }, (bytes) => contextsText(bytes).slice(1, -1));

/** A size behind a pointer that the kernel changes. */
const sizeInOut: OutputType = alike(changedNumber(u32));

/** Capabilities, filters, Landlock and security modules. */
export const SECURITY: Readonly<Record<string, Signature>> = {
  capget: { args: [capabilityHeader, capabilityDataOut] },
  capset: { args: [capabilityHeader, capabilityDataIn] },
  landlock_create_ruleset: { args: createRulesetArguments, dependsOn: onSize(1, 24) },
  landlock_add_rule: {
    args: (args) => [fd, namedValue(LANDLOCK_RULES), RULES[args.u32(1)] ?? address, hex32],
    dependsOn: on(1, [1, 2]),
  },
  landlock_restrict_self: { args: [fd, hex32] },
  seccomp: { args: seccompArguments, dependsOn: on(0, [1, 2, 3]) },
  lsm_get_self_attr: { args: [namedValue(LSM_ATTRIBUTES), contextsOut, sizeInOut, namedValue(LSM_FLAGS)] },
  lsm_set_self_attr: { args: [namedValue(LSM_ATTRIBUTES), contextIn, size, hex32] },
  lsm_list_modules: {
    args: [arrayOut({ result: true }, 8, (bytes) => LSM_IDS.text64(u32(bytes, 0), u32(bytes, 4))), sizeInOut, hex32],
  },
};
