import type { ArgumentType, Call, InputType, PrintOptions, Signature } from '../argument-type.ts';
import {
  BPF_ATTACH_TYPES,
  BPF_COMMANDS,
  BPF_ELEMENT_FLAGS,
  BPF_MAP_FLAGS,
  BPF_MAP_TYPES,
  BPF_PROG_FLAGS,
  BPF_PROG_TYPES,
} from '../constants/uapi.generated.ts';
import { on, range } from '../dependence.ts';
import { pointerAt, u32 } from '../memory-words.ts';
import { flags } from '../named-values.ts';
import { quoted, quotedUntilNul } from '../quoted-text.ts';
import { addressText, namedValue, opaque, uint } from '../types/numbers.ts';
import type { StructPrinter } from '../types/pointers.ts';
import {
  addressAt,
  type Field,
  fieldIf,
  i32At,
  named64At,
  namedAt,
  record,
  recordAt,
  textAt,
  u32At,
  u64At,
  x64At,
} from '../types/records.ts';

const ATTACH_FLAGS = flags('BPF_F_???', {
  BPF_F_ALLOW_OVERRIDE: 1,
  BPF_F_ALLOW_MULTI: 2,
  BPF_F_REPLACE: 4,
  BPF_F_BEFORE: 8,
  BPF_F_AFTER: 16,
  BPF_F_ID: 32,
  BPF_F_PREORDER: 64,
  BPF_F_LINK: 0x2000,
});
const FILE_FLAGS = flags('BPF_F_???', { BPF_F_RDONLY: 8, BPF_F_WRONLY: 16, BPF_F_PATH_FD: 0x4000 });
const TEST_FLAGS = flags('BPF_F_TEST_???', { BPF_F_TEST_RUN_ON_CPU: 1, BPF_F_TEST_XDP_LIVE_FRAMES: 2 });
const QUERY_FLAGS = flags('BPF_F_QUERY_???', { BPF_F_QUERY_EFFECTIVE: 1 });
const BPF_F_NUMA_NODE = 4;

/** A version as LINUX_VERSION_CODE packs it. */
const versionAt = (offset: number): Field => ({
  end: offset + 4,
  text(bytes) {
    const value = u32(bytes, offset);
    return `KERNEL_VERSION(${value >>> 16}, ${(value >>> 8) & 0xff}, ${value & 0xff})`;
  },
});

/** An interface: strace names those that it knows. */
const interfaceAt = u32At;

const mapCreate = record({
  map_type: namedAt(0, BPF_MAP_TYPES),
  key_size: u32At(4),
  value_size: u32At(8),
  max_entries: u32At(12),
  map_flags: namedAt(16, BPF_MAP_FLAGS),
  inner_map_fd: i32At(20),
  numa_node: fieldIf((bytes) => (u32(bytes, 16) & BPF_F_NUMA_NODE) !== 0, u32At(24)),
  map_name: textAt(28, 16),
  map_ifindex: interfaceAt(44),
  btf_fd: i32At(48),
  btf_key_type_id: u32At(52),
  btf_value_type_id: u32At(56),
  btf_vmlinux_value_type_id: u32At(60),
  map_extra: u64At(64),
  value_type_btf_obj_fd: i32At(72),
  map_token_fd: i32At(76),
  excl_prog_hash: addressAt(80),
  excl_prog_hash_size: u32At(88),
});

/** One element of a map, or all that a command takes of it. */
function element(third?: 'value' | 'next_key', withFlags = false): StructPrinter {
  return record({
    map_fd: i32At(0),
    key: addressAt(8),
    ...(third && { [third]: addressAt(16) }),
    ...(withFlags && { flags: named64At(24, BPF_ELEMENT_FLAGS) }),
  });
}

const programLoad = (license: string): StructPrinter =>
  record({
    prog_type: namedAt(0, BPF_PROG_TYPES),
    insn_cnt: u32At(4),
    insns: addressAt(8),
    license: { end: 24, text: () => license },
    log_level: u32At(24),
    log_size: u32At(28),
    log_buf: addressAt(32),
    kern_version: versionAt(40),
    prog_flags: namedAt(44, BPF_PROG_FLAGS),
    prog_name: textAt(48, 16),
    prog_ifindex: interfaceAt(64),
    expected_attach_type: namedAt(68, BPF_ATTACH_TYPES),
    prog_btf_fd: i32At(72),
    func_info_rec_size: u32At(76),
    func_info: addressAt(80),
    func_info_cnt: u32At(88),
    line_info_rec_size: u32At(92),
    line_info: addressAt(96),
    line_info_cnt: u32At(104),
    attach_btf_id: u32At(108),
    attach_prog_fd: i32At(112),
    core_relo_cnt: u32At(116),
    fd_array: addressAt(120),
    core_relos: addressAt(128),
    core_relo_rec_size: u32At(136),
    log_true_size: u32At(140),
    prog_token_fd: i32At(144),
    fd_array_cnt: u32At(148),
  });

const object = (pathname: string): StructPrinter =>
  record({
    pathname: { end: 8, text: () => pathname },
    bpf_fd: i32At(8),
    file_flags: namedAt(12, FILE_FLAGS),
    path_fd: i32At(16),
  });

const attach = record({
  target_fd: i32At(0),
  attach_bpf_fd: i32At(4),
  attach_type: namedAt(8, BPF_ATTACH_TYPES),
  attach_flags: namedAt(12, ATTACH_FLAGS),
  replace_bpf_fd: i32At(16),
  relative_fd: i32At(20),
  expected_revision: u64At(24),
});

const TEST_RUN = {
  prog_fd: i32At(0),
  retval: u32At(4),
  data_size_in: u32At(8),
  data_size_out: u32At(12),
  data_in: addressAt(16),
  data_out: addressAt(24),
  repeat: u32At(32),
  duration: u32At(36),
};
const testRun = record({
  test: recordAt(0, 48, record(TEST_RUN)),
});
const longTestRun = record({
  test: recordAt(
    0,
    80,
    record({
      ...TEST_RUN,
      ctx_size_in: u32At(40),
      ctx_size_out: u32At(44),
      ctx_in: addressAt(48),
      ctx_out: addressAt(56),
      flags: namedAt(64, TEST_FLAGS),
      cpu: u32At(68),
      batch_size: u32At(72),
    }),
  ),
});

const nextId = record({ start_id: u32At(0), next_id: u32At(4), open_flags: namedAt(8, FILE_FLAGS) });
const byId = (name: string): StructPrinter =>
  record({ [name]: u32At(0), next_id: u32At(4), open_flags: namedAt(8, FILE_FLAGS) });
const info = record({
  info: recordAt(0, 16, record({ bpf_fd: i32At(0), info_len: u32At(4), info: addressAt(8) })),
});
const query = record({
  query: recordAt(
    0,
    32,
    record({
      target_fd: i32At(0),
      attach_type: namedAt(4, BPF_ATTACH_TYPES),
      query_flags: namedAt(8, QUERY_FLAGS),
      attach_flags: namedAt(12, ATTACH_FLAGS),
      prog_ids: addressAt(16),
      prog_cnt: u32At(24),
    }),
  ),
});
const tracepoint = (name: string): StructPrinter =>
  record({
    raw_tracepoint: { end: 12, text: (bytes) => `{name=${name}, prog_fd=${u32(bytes, 8) | 0}}` },
  });
const btfLoad = record({
  btf: addressAt(0),
  btf_log_buf: addressAt(8),
  btf_size: u32At(16),
  btf_log_size: u32At(20),
  btf_log_level: u32At(24),
});
const taskFd = record({
  task_fd_query: recordAt(
    0,
    48,
    record({
      pid: u32At(0),
      fd: u32At(4),
      flags: u32At(8),
      buf_len: u32At(12),
      buf: addressAt(16),
      prog_id: u32At(24),
      fd_type: u32At(28),
      probe_offset: x64At(32),
      probe_addr: x64At(40),
    }),
  ),
});
const batch = record({
  batch: recordAt(
    0,
    56,
    record({
      in_batch: addressAt(0),
      out_batch: addressAt(8),
      keys: addressAt(16),
      values: addressAt(24),
      count: u32At(32),
      map_fd: i32At(36),
      elem_flags: named64At(40, BPF_ELEMENT_FLAGS),
      flags: x64At(48),
    }),
  ),
});
const linkCreate = record({
  link_create: recordAt(
    0,
    16,
    record({
      prog_fd: i32At(0),
      target_fd: i32At(4),
      attach_type: namedAt(8, BPF_ATTACH_TYPES),
      flags: u32At(12),
    }),
  ),
});
const linkUpdate = record({
  link_update: recordAt(
    0,
    16,
    record({ link_fd: i32At(0), new_prog_fd: i32At(4), flags: namedAt(8, ATTACH_FLAGS), old_prog_fd: i32At(12) }),
  ),
});

/** Structures of commands by their numbers. */
const STRUCTURES: Readonly<Record<string, StructPrinter>> = {
  BPF_MAP_CREATE: mapCreate,
  BPF_MAP_LOOKUP_ELEM: element('value', true),
  BPF_MAP_UPDATE_ELEM: element('value', true),
  BPF_MAP_DELETE_ELEM: element(),
  BPF_MAP_GET_NEXT_KEY: element('next_key'),
  BPF_PROG_ATTACH: attach,
  BPF_PROG_DETACH: attach,
  BPF_PROG_GET_NEXT_ID: nextId,
  BPF_MAP_GET_NEXT_ID: nextId,
  BPF_BTF_GET_NEXT_ID: nextId,
  BPF_LINK_GET_NEXT_ID: nextId,
  BPF_PROG_GET_FD_BY_ID: byId('prog_id'),
  BPF_MAP_GET_FD_BY_ID: byId('map_id'),
  BPF_BTF_GET_FD_BY_ID: byId('btf_id'),
  BPF_LINK_GET_FD_BY_ID: byId('link_id'),
  BPF_OBJ_GET_INFO_BY_FD: info,
  BPF_PROG_QUERY: query,
  BPF_BTF_LOAD: btfLoad,
  BPF_TASK_FD_QUERY: taskFd,
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: element('value', true),
  BPF_MAP_FREEZE: record({ map_fd: i32At(0) }),
  BPF_MAP_LOOKUP_BATCH: batch,
  BPF_MAP_LOOKUP_AND_DELETE_BATCH: batch,
  BPF_MAP_UPDATE_BATCH: batch,
  BPF_MAP_DELETE_BATCH: batch,
  BPF_LINK_CREATE: linkCreate,
  BPF_LINK_UPDATE: linkUpdate,
  BPF_ENABLE_STATS: record({ enable_stats: recordAt(0, 4, record({ type: u32At(0) })) }),
  BPF_ITER_CREATE: record({ iter_create: recordAt(0, 8, record({ link_fd: i32At(0), flags: u32At(4) })) }),
  BPF_LINK_DETACH: record({ link_detach: recordAt(0, 4, record({ link_fd: i32At(0) })) }),
  BPF_PROG_BIND_MAP: record({
    prog_bind_map: recordAt(0, 12, record({ prog_fd: i32At(0), map_fd: i32At(4), flags: u32At(8) })),
  }),
};

/** Commands whose structure has a pointer to a string in it: where. */
const STRINGS: Readonly<Record<string, { readonly at: number; readonly print: (text: string) => StructPrinter }>> = {
  BPF_PROG_LOAD: { at: 16, print: programLoad },
  BPF_OBJ_PIN: { at: 0, print: object },
  BPF_OBJ_GET: { at: 0, print: object },
  BPF_RAW_TRACEPOINT_OPEN: { at: 0, print: tracepoint },
};

/** No structure is longer. */
const LARGEST = 256;

function structureOf(call: Call, name: string, arg: number, bytes: Uint8Array, options: PrintOptions): string {
  if (name === 'BPF_PROG_TEST_RUN') return (bytes.length > 48 ? longTestRun : testRun)(bytes, options, call);
  const pointer = STRINGS[name];
  if (pointer === undefined) return STRUCTURES[name]!(bytes, options, call);
  const behind = call.captured.bytes(arg, 1);
  const text = behind === undefined ? pointerAt(bytes, pointer.at) : stringText(call, arg, behind, options);
  return pointer.print(text)(bytes, options, call);
}

function stringText(call: Call, arg: number, bytes: Uint8Array, { strings, stringLimit }: PrintOptions): string {
  const shown = Math.min(bytes.length, stringLimit);
  return shown < bytes.length || call.captured.isCut(arg, 1)
    ? quoted(bytes, strings, shown, true)
    : quotedUntilNul(bytes, strings);
}

function attributesOf(name: string): InputType & { readonly gap: string } {
  const at = STRINGS[name]?.at;
  return {
    when: 'entry',
    gap: 'programs, keys and values that it points at',
    capture: (arg) => [
      { arg, at: 'entry', kind: 'bytes', size: { arg: 2 } },
      ...(at === undefined ? [] : [{ arg, at: 'entry', kind: 'behind', part: 1, offset: at, size: 'string' } as const]),
    ],
    print(call, arg, options) {
      const bytes = call.captured.bytes(arg)?.subarray(0, LARGEST);
      const wanted = Math.min(call.args.u32(2), LARGEST);
      if (bytes === undefined || bytes.length < wanted || wanted === 0) return addressText(call.args, arg);
      return structureOf(call, name, arg, bytes, options);
    },
  };
}

function bpfArguments(args: Call['args']): readonly ArgumentType[] {
  const name = BPF_COMMANDS.known(args.u32(0)) ?? '';
  const isKnown = name in STRUCTURES || name in STRINGS || name === 'BPF_PROG_TEST_RUN';
  return [namedValue(BPF_COMMANDS), isKnown ? attributesOf(name) : opaque, uint];
}

/** bpf(2): its commands, and their structures. What these point at stays an address, but for names. */
export const BPF: Readonly<Record<string, Signature>> = {
  bpf: { args: bpfArguments, dependsOn: on(0, range(0, 38), 100) },
};
