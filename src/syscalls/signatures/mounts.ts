import {
  type ArgumentType,
  alike,
  type Call,
  type InputType,
  type OutputType,
  type Signature,
} from '../argument-type.ts';
import { upperHalf } from '../argument-words.ts';
import { FILESYSTEM_MAGIC, MOUNT_FLAGS, UMOUNT_FLAGS } from '../constants/filesystems.ts';
import {
  FSCONFIG_COMMANDS,
  FSMOUNT_FLAGS,
  FSOPEN_FLAGS,
  FSPICK_FLAGS,
  MOUNT_ATTRIBUTES,
  MOVE_MOUNT_FLAGS,
  QUOTA_COMMANDS,
  QUOTA_FORMATS,
  STATMOUNT_MASK,
  SWAP_FLAGS,
} from '../constants/uapi.generated.ts';
import { on, onSize, range } from '../dependence.ts';
import { hex64At, u32 } from '../memory-words.ts';
import { choice, flags } from '../named-values.ts';
import { hexEscaped, quotedUntilNul } from '../quoted-text.ts';
import { address, addressText, directoryFd, fd, id, int, namedValue, opaque, size } from '../types/numbers.ts';
import { arrayOut, boxed, structIn, structOut } from '../types/pointers.ts';
import { fieldIf, i32At, known64, named64At, namedAt, record, u32At, u64At, x64At } from '../types/records.ts';
import { path, string } from '../types/strings.ts';

const MS_REMOUNT = 0x20;
/** MS_BIND, MS_MOVE, MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED: mount(2) ignores type and data with them. */
const CHANGES_OF_MOUNTS = 0x1e3000;
const MS_MGC_MSK = 0xffff_0000;
const MS_MGC_VAL = 0xc0ed_0000;

const mountFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    if ((value & MS_MGC_MSK) >>> 0 !== MS_MGC_VAL) return MOUNT_FLAGS.text64(value, upperHalf(call, arg));
    // With the magic number the kernel reads the lowest 16 bits alone.
    return (value & 0xffff) === 0 ? 'MS_MGC_VAL' : `MS_MGC_VAL|${MOUNT_FLAGS.text(value & 0xffff)}`;
  },
};

function mountArguments(args: Call['args']): readonly ArgumentType[] {
  const value = (args.u32(3) & MS_MGC_MSK) >>> 0 === MS_MGC_VAL ? args.u32(3) & 0xffff : args.u32(3);
  if (value & MS_REMOUNT) return [path, path, address, mountFlags, string];
  if (value & CHANGES_OF_MOUNTS) return [path, path, address, mountFlags, address];
  return [path, path, string, mountFlags, string];
}

/** A string that is printed up to 256 bytes, as the kernel takes it. */
const FSCONFIG_LIMIT = 256;
const parameter: InputType = {
  ...string,
  print: (call, arg, options) =>
    string.print(call, arg, { ...options, stringLimit: Math.min(options.stringLimit, FSCONFIG_LIMIT) }),
};
const binary: InputType = {
  when: 'entry',
  capture: (arg) => [{ arg, at: 'entry', kind: 'bytes', size: { arg: 4 }, text: true }],
  print(call, arg, { stringLimit }) {
    const bytes = call.captured.bytes(arg);
    if (bytes === undefined) return addressText(call.args, arg);
    const shown = bytes.subarray(0, stringLimit);
    return `"${hexEscaped(shown)}"${shown.length < bytes.length || call.captured.isCut(arg) ? '...' : ''}`;
  },
};

/** An fd, or where paths are looked up. */
const aux = directoryFd;

function fsconfigArguments(args: Call['args']): readonly ArgumentType[] {
  const before = [fd, namedValue(FSCONFIG_COMMANDS)];
  switch (FSCONFIG_COMMANDS.known(args.u32(1))) {
    case 'FSCONFIG_SET_FLAG':
      return [...before, parameter, address, int];
    case 'FSCONFIG_SET_STRING':
      return [...before, parameter, parameter, int];
    case 'FSCONFIG_SET_BINARY':
      return [...before, parameter, binary, int];
    case 'FSCONFIG_SET_PATH':
    case 'FSCONFIG_SET_PATH_EMPTY':
      return [...before, parameter, path, aux];
    case 'FSCONFIG_SET_FD':
      return [...before, parameter, address, fd];
    default:
      return [...before, address, address, int];
  }
}

const OPEN_TREE_FLAGS = flags('OPEN_TREE_???', {
  OPEN_TREE_CLONE: 1,
  OPEN_TREE_CLOEXEC: 0o2000000,
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
  AT_RECURSIVE: 0x8000,
});
const SETATTR_FLAGS = flags('AT_???', {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
  AT_RECURSIVE: 0x8000,
});
const PROPAGATION = choice('MS_???', {
  0: 0,
  MS_UNBINDABLE: 0x20000,
  MS_PRIVATE: 0x40000,
  MS_SLAVE: 0x80000,
  MS_SHARED: 0x100000,
});
const MOUNT_ATTR_SIZE_VER0 = 32;

const attributes = alike(
  structIn(
    { arg: 4 },
    record({
      attr_set: named64At(0, MOUNT_ATTRIBUTES),
      attr_clr: named64At(8, MOUNT_ATTRIBUTES),
      propagation: named64At(16, PROPAGATION),
      userns_fd: u64At(24),
    }),
  ),
);

function setattrArguments(args: Call['args']): readonly ArgumentType[] {
  const given = args.unsigned(4) < MOUNT_ATTR_SIZE_VER0 ? address : attributes;
  return [directoryFd, path, namedValue(SETATTR_FLAGS), given, size];
}

const LSMT_ROOT = 'LSMT_ROOT';
const requestHead = { size: u32At(0), mnt_ns_fd: i32At(4) };
/** struct mnt_id_req, of which the program says the size. */
const REQUEST_SIZE = { pointedBy: 0 } as const;
const listRequest = structIn(
  REQUEST_SIZE,
  record({
    ...requestHead,
    mnt_id: { end: 16, text: (bytes) => (hex64At(bytes, 8) === '0xffffffffffffffff' ? LSMT_ROOT : hex64At(bytes, 8)) },
    param: x64At(16),
    mnt_ns_id: x64At(24),
  }),
);
const statRequest = structIn(
  REQUEST_SIZE,
  record({ ...requestHead, mnt_id: x64At(8), param: named64At(16, STATMOUNT_MASK), mnt_ns_id: x64At(24) }),
);

const STATMOUNT_SIZE = 512;
const has = (bit: number) => (bytes: Uint8Array) => (u32(bytes, 8) & bit) !== 0;
/** Text in the buffer behind the structure, by its offset there. */
const textAfter = (bit: number, at: number) =>
  fieldIf(has(bit), {
    end: at + 4,
    text: (bytes, { strings }) => quotedUntilNul(bytes.subarray(STATMOUNT_SIZE + u32(bytes, at)), strings),
  });

const statmountText = record({
  size: u32At(0),
  mnt_opts: textAfter(0x80, 4),
  mask: named64At(8, STATMOUNT_MASK),
  sb_dev_major: fieldIf(has(1), u32At(16)),
  sb_dev_minor: fieldIf(has(1), u32At(20)),
  sb_magic: fieldIf(has(1), { end: 32, text: (bytes) => known64(FILESYSTEM_MAGIC, bytes, 24) }),
  sb_flags: fieldIf(has(1), namedAt(32, MOUNT_FLAGS)),
  fs_type: textAfter(0x20, 36),
  mnt_id: fieldIf(has(2), x64At(40)),
  mnt_parent_id: fieldIf(has(2), x64At(48)),
  mnt_id_old: fieldIf(has(2), { end: 60, text: (bytes) => `0x${u32(bytes, 56).toString(16)}` }),
  mnt_parent_id_old: fieldIf(has(2), { end: 64, text: (bytes) => `0x${u32(bytes, 60).toString(16)}` }),
  mnt_attr: fieldIf(has(2), named64At(64, MOUNT_ATTRIBUTES)),
  mnt_propagation: fieldIf(has(2), named64At(72, PROPAGATION)),
  mnt_peer_group: fieldIf(has(2), x64At(80)),
  mnt_master: fieldIf(has(2), x64At(88)),
  propagate_from: fieldIf(has(4), x64At(96)),
  mnt_root: textAfter(8, 104),
  mnt_point: textAfter(0x10, 108),
  mnt_ns_id: fieldIf(has(0x40), x64At(112)),
  fs_subtype: textAfter(0x100, 120),
  sb_source: textAfter(0x200, 124),
});

const statmountOut: OutputType & { readonly gap: string } = {
  ...structOut({ arg: 2 }, statmountText),
  gap: 'lists of options and of id mappings are left out',
};

const QUOTA_TYPES = choice('???QUOTA', { USRQUOTA: 0, GRPQUOTA: 1, PRJQUOTA: 2 });

/** What QCMD() puts together: a command and whose quota. */
const quotaCommand: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    return `QCMD(${QUOTA_COMMANDS.text(value >>> 8)}, ${QUOTA_TYPES.text(value & 0xff)})`;
  },
};

const DQBLK_SIZE = 72;
const diskQuota = record({
  dqb_bhardlimit: u64At(0),
  dqb_bsoftlimit: u64At(8),
  dqb_curspace: u64At(16),
  dqb_ihardlimit: u64At(24),
  dqb_isoftlimit: u64At(32),
  dqb_curinodes: u64At(40),
});

/** The two last arguments of quotactl(2), by the command in an argument. */
function quotaData(args: Call['args'], commandArgument: number): readonly ArgumentType[] {
  switch (QUOTA_COMMANDS.known(args.u32(commandArgument) >>> 8)) {
    case 'Q_QUOTAON':
      return [namedValue(QUOTA_FORMATS), path];
    case 'Q_QUOTAOFF':
    case 'Q_SYNC':
      return [];
    case 'Q_GETFMT':
      return [
        structOut(
          4,
          boxed((bytes) => QUOTA_FORMATS.text(u32(bytes, 0))),
        ),
      ].map((type) => ({ ...type, word: 3 }));
    case 'Q_GETQUOTA':
    case 'Q_GETNEXTQUOTA':
      return [id, structOut(DQBLK_SIZE, diskQuota)];
    case 'Q_SETQUOTA':
      return [id, structIn(DQBLK_SIZE, diskQuota)];
    default:
      return [id, opaque];
  }
}

const SWAP_PRIORITY = 0x7fff;
const swapFlags: InputType = {
  when: 'entry',
  print(call, arg) {
    const value = call.args.u32(arg);
    const rest = value & ~SWAP_PRIORITY;
    return `${rest === 0 ? '' : `${SWAP_FLAGS.text(rest)}|`}${value & SWAP_PRIORITY}`;
  },
};

/** Commands of quotactl(2) that pass structures or paths, for users, groups and projects. */
const QUOTA_WORDS = [2, 4, 7, 8, 9].flatMap((command) =>
  [0, 1, 2].map((type) => (0x80000000 | (command << 8) | type) >>> 0),
);

/** File systems: where they are mounted, and how; quotas. */
export const MOUNTS: Readonly<Record<string, Signature>> = {
  mount: { args: mountArguments },
  umount2: { args: [path, namedValue(UMOUNT_FLAGS)] },
  pivot_root: { args: [path, path] },
  fsopen: { args: [string, namedValue(FSOPEN_FLAGS)] },
  fsconfig: { args: fsconfigArguments, dependsOn: on(1, range(0, 6), 6) },
  fsmount: { args: [fd, namedValue(FSMOUNT_FLAGS), namedValue(MOUNT_ATTRIBUTES)] },
  fspick: { args: [directoryFd, path, namedValue(FSPICK_FLAGS)] },
  open_tree: { args: [directoryFd, path, namedValue(OPEN_TREE_FLAGS)] },
  open_tree_attr: {
    args: (args) => [directoryFd, path, namedValue(OPEN_TREE_FLAGS), ...setattrArguments(args).slice(3)],
    dependsOn: onSize(4, 32),
  },
  move_mount: { args: [directoryFd, path, directoryFd, path, namedValue(MOVE_MOUNT_FLAGS)] },
  mount_setattr: { args: setattrArguments, dependsOn: onSize(4, 32) },
  listmount: {
    args: [
      listRequest,
      arrayOut({ result: true }, 8, (bytes) => hex64At(bytes, 0)),
      size,
      namedValue(flags('LISTMOUNT_???', { LISTMOUNT_REVERSE: 1 })),
    ],
  },
  statmount: { args: [statRequest, statmountOut, size, namedValue(flags('STATMOUNT_???', { STATMOUNT_BY_FD: 1 }))] },
  quotactl: { args: (args) => [quotaCommand, path, ...quotaData(args, 0)], dependsOn: on(0, QUOTA_WORDS) },
  quotactl_fd: { args: (args) => [fd, quotaCommand, ...quotaData(args, 1)], dependsOn: on(1, QUOTA_WORDS) },
  swapon: { args: [path, swapFlags] },
  swapoff: { args: [path] },
};
