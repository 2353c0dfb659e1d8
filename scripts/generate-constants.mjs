// Generates src/syscalls/constants/uapi.generated.ts: names of flags and values, from the kernel's UAPI headers.
//
//   node scripts/generate-constants.mjs DIRECTORY...
//
// DIRECTORY is one with the linux/ that `make headers_install` makes; of a header that several have, the first is taken, and last
// that of the C compiler, which gives the values. Those in the repository are of Linux 6.18 (the headers that strace 6.18 bundles);
// bpf.h, fanotify.h, mempolicy.h, timex.h, aio_abi.h of 6.12 (Android's C library); what has not changed for long, of 6.1 (Debian 12).
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const OUTPUT = 'src/syscalls/constants/uapi.generated.ts';

/**
 * What is generated: name, kind, how unknown values are commented, header, and which of its names: an enum or a pattern; `not` leaves
 * some out. Flags of more than 32 bits have a table for each half.
 */
const GROUPS = [
  ['BPF_COMMANDS', 'choice', 'BPF_???', 'linux/bpf.h', { enum: 'bpf_cmd' }],
  ['BPF_MAP_TYPES', 'choice', 'BPF_MAP_TYPE_???', 'linux/bpf.h', { enum: 'bpf_map_type' }],
  ['BPF_PROG_TYPES', 'choice', 'BPF_PROG_TYPE_???', 'linux/bpf.h', { enum: 'bpf_prog_type' }],
  ['BPF_ATTACH_TYPES', 'choice', 'BPF_???', 'linux/bpf.h', { enum: 'bpf_attach_type' }],
  [
    'BPF_MAP_FLAGS',
    'flags',
    'BPF_F_???',
    'linux/bpf.h',
    {
      names:
        'BPF_F_NO_PREALLOC BPF_F_NO_COMMON_LRU BPF_F_NUMA_NODE BPF_F_RDONLY BPF_F_WRONLY BPF_F_STACK_BUILD_ID BPF_F_ZERO_SEED BPF_F_RDONLY_PROG BPF_F_WRONLY_PROG BPF_F_CLONE BPF_F_MMAPABLE BPF_F_PRESERVE_ELEMS BPF_F_INNER_MAP BPF_F_LINK BPF_F_PATH_FD BPF_F_VTYPE_BTF_OBJ_FD BPF_F_TOKEN_FD BPF_F_SEGV_ON_FAULT BPF_F_NO_USER_CONV',
    },
  ],
  [
    'BPF_PROG_FLAGS',
    'flags',
    'BPF_F_???',
    'linux/bpf.h',
    {
      names:
        'BPF_F_STRICT_ALIGNMENT BPF_F_ANY_ALIGNMENT BPF_F_TEST_RND_HI32 BPF_F_TEST_STATE_FREQ BPF_F_SLEEPABLE BPF_F_XDP_HAS_FRAGS BPF_F_XDP_DEV_BOUND_ONLY BPF_F_TEST_REG_INVARIANTS BPF_F_TOKEN_FD',
    },
  ],
  ['BPF_ELEMENT_FLAGS', 'flags', 'BPF_???', 'linux/bpf.h', { names: 'BPF_ANY BPF_NOEXIST BPF_EXIST BPF_F_LOCK' }],
  ['IORING_SETUP_FLAGS', 'flags', 'IORING_SETUP_???', 'linux/io_uring.h', { pattern: /^IORING_SETUP_/ }],
  ['IORING_FEATURES', 'flags', 'IORING_FEAT_???', 'linux/io_uring.h', { pattern: /^IORING_FEAT_/ }],
  ['IORING_ENTER_FLAGS', 'flags', 'IORING_ENTER_???', 'linux/io_uring.h', { pattern: /^IORING_ENTER_/ }],
  [
    'IORING_REGISTER_OPS',
    'choice',
    'IORING_REGISTER_???',
    'linux/io_uring.h',
    { enum: 'io_uring_register_op', not: /_LAST$|USE_REGISTERED_RING/ },
  ],
  [
    'SCHED_FLAGS',
    'flags',
    'SCHED_FLAG_???',
    'linux/sched.h',
    { pattern: /^SCHED_FLAG_/, not: /_(ALL|KEEP_ALL|UTIL_CLAMP)$/ },
  ],
  [
    'KEYCTL_OPERATIONS',
    'choice',
    'KEYCTL_???',
    'linux/keyctl.h',
    { pattern: /^KEYCTL_/, not: /_(SUPPORTS|CAPS\d)_|_MOVE_EXCL/ },
  ],
  ['KEY_SPECIALS', 'choice', 'KEY_SPEC_???', 'linux/keyctl.h', { pattern: /^KEY_SPEC_/ }],
  ['KEY_REQKEYS', 'choice', 'KEY_REQKEY_DEFL_???', 'linux/keyctl.h', { pattern: /^KEY_REQKEY_DEFL_/ }],
  [
    'LANDLOCK_RULESET_FLAGS',
    'flags',
    'LANDLOCK_CREATE_RULESET_???',
    'linux/landlock.h',
    { pattern: /^LANDLOCK_CREATE_RULESET_/ },
  ],
  ['LANDLOCK_FS', 'flags', 'LANDLOCK_ACCESS_FS_???', 'linux/landlock.h', { pattern: /^LANDLOCK_ACCESS_FS_/ }],
  ['LANDLOCK_NET', 'flags', 'LANDLOCK_ACCESS_NET_???', 'linux/landlock.h', { pattern: /^LANDLOCK_ACCESS_NET_/ }],
  ['LANDLOCK_SCOPES', 'flags', 'LANDLOCK_SCOPE_???', 'linux/landlock.h', { pattern: /^LANDLOCK_SCOPE_/ }],
  ['LANDLOCK_RULES', 'choice', 'LANDLOCK_RULE_???', 'linux/landlock.h', { enum: 'landlock_rule_type' }],
  ['PERF_TYPES', 'choice', 'PERF_TYPE_???', 'linux/perf_event.h', { enum: 'perf_type_id', not: /MAX/ }],
  ['PERF_HARDWARE', 'choice', 'PERF_COUNT_HW_???', 'linux/perf_event.h', { enum: 'perf_hw_id', not: /MAX/ }],
  ['PERF_SOFTWARE', 'choice', 'PERF_COUNT_SW_???', 'linux/perf_event.h', { enum: 'perf_sw_ids', not: /MAX/ }],
  ['PERF_SAMPLE', 'flags', 'PERF_SAMPLE_???', 'linux/perf_event.h', { enum: 'perf_event_sample_format', not: /MAX/ }],
  [
    'PERF_READ_FORMAT',
    'flags',
    'PERF_FORMAT_???',
    'linux/perf_event.h',
    { enum: 'perf_event_read_format', not: /MAX/ },
  ],
  [
    'PERF_BRANCH_SAMPLE',
    'flags',
    'PERF_SAMPLE_BRANCH_???',
    'linux/perf_event.h',
    { pattern: /^PERF_SAMPLE_BRANCH_/, not: /_(SHIFT|MAX|MAX_SHIFT)$|PLM_ALL/ },
  ],
  ['PERF_OPEN_FLAGS', 'flags', 'PERF_FLAG_???', 'linux/perf_event.h', { pattern: /^PERF_FLAG_/ }],
  ['FSCONFIG_COMMANDS', 'choice', 'FSCONFIG_???', 'linux/mount.h', { enum: 'fsconfig_command' }],
  ['FSOPEN_FLAGS', 'flags', 'FSOPEN_???', 'linux/mount.h', { pattern: /^FSOPEN_/ }],
  ['FSPICK_FLAGS', 'flags', 'FSPICK_???', 'linux/mount.h', { pattern: /^FSPICK_/ }],
  ['FSMOUNT_FLAGS', 'flags', 'FSMOUNT_???', 'linux/mount.h', { pattern: /^FSMOUNT_/ }],
  [
    'MOUNT_ATTRIBUTES',
    'flags',
    'MOUNT_ATTR_???',
    'linux/mount.h',
    {
      names:
        'MOUNT_ATTR_RDONLY MOUNT_ATTR_NOSUID MOUNT_ATTR_NODEV MOUNT_ATTR_NOEXEC MOUNT_ATTR__ATIME MOUNT_ATTR_NOATIME MOUNT_ATTR_STRICTATIME MOUNT_ATTR_NODIRATIME MOUNT_ATTR_IDMAP MOUNT_ATTR_NOSYMFOLLOW',
    },
  ],
  ['MOVE_MOUNT_FLAGS', 'flags', 'MOVE_MOUNT_???', 'linux/mount.h', { pattern: /^MOVE_MOUNT_/, not: /MASK/ }],
  ['STATMOUNT_MASK', 'flags', 'STATMOUNT_???', 'linux/mount.h', { pattern: /^STATMOUNT_/ }],
  [
    'FAN_INIT_FLAGS',
    'flags',
    'FAN_???',
    'linux/fanotify.h',
    { pattern: /^FAN_(CLOEXEC|NONBLOCK|UNLIMITED_QUEUE|UNLIMITED_MARKS|ENABLE_AUDIT|REPORT_\w+)$/, not: /DFID_NAME/ },
  ],
  ['FAN_CLASSES', 'choice', 'FAN_CLASS_???', 'linux/fanotify.h', { pattern: /^FAN_CLASS_/ }],
  [
    'FAN_MARK_FLAGS',
    'flags',
    'FAN_MARK_???',
    'linux/fanotify.h',
    {
      names:
        'FAN_MARK_ADD FAN_MARK_REMOVE FAN_MARK_FLUSH FAN_MARK_DONT_FOLLOW FAN_MARK_ONLYDIR FAN_MARK_MNTNS FAN_MARK_MOUNT FAN_MARK_FILESYSTEM FAN_MARK_IGNORED_MASK FAN_MARK_IGNORED_SURV_MODIFY FAN_MARK_IGNORE FAN_MARK_EVICTABLE',
    },
  ],
  [
    'FAN_EVENTS',
    'flags',
    'FAN_???',
    'linux/fanotify.h',
    {
      pattern:
        /^FAN_(ACCESS|MODIFY|ATTRIB|CLOSE_WRITE|CLOSE_NOWRITE|OPEN|MOVED_FROM|MOVED_TO|CREATE|DELETE|DELETE_SELF|MOVE_SELF|OPEN_EXEC|Q_OVERFLOW|FS_ERROR|OPEN_PERM|ACCESS_PERM|OPEN_EXEC_PERM|PRE_ACCESS|MNT_ATTACH|MNT_DETACH|EVENT_ON_CHILD|RENAME|ONDIR)$/,
    },
  ],
  [
    'MEMORY_POLICIES',
    'choice',
    'MPOL_???',
    'linux/mempolicy.h',
    {
      names:
        'MPOL_DEFAULT MPOL_PREFERRED MPOL_BIND MPOL_INTERLEAVE MPOL_LOCAL MPOL_PREFERRED_MANY MPOL_WEIGHTED_INTERLEAVE',
    },
  ],
  [
    'MEMORY_POLICY_FLAGS',
    'flags',
    'MPOL_F_???',
    'linux/mempolicy.h',
    { names: 'MPOL_F_STATIC_NODES MPOL_F_RELATIVE_NODES MPOL_F_NUMA_BALANCING' },
  ],
  [
    'GET_MEMPOLICY_FLAGS',
    'flags',
    'MPOL_F_???',
    'linux/mempolicy.h',
    { names: 'MPOL_F_NODE MPOL_F_ADDR MPOL_F_MEMS_ALLOWED' },
  ],
  [
    'MBIND_FLAGS',
    'flags',
    'MPOL_MF_???',
    'linux/mempolicy.h',
    { names: 'MPOL_MF_STRICT MPOL_MF_MOVE MPOL_MF_MOVE_ALL' },
  ],
  [
    'NETLINK_FLAGS',
    'flags',
    'NLM_F_???',
    'linux/netlink.h',
    { names: 'NLM_F_REQUEST NLM_F_MULTI NLM_F_ACK NLM_F_ECHO NLM_F_DUMP_INTR NLM_F_DUMP_FILTERED' },
  ],
  ['NETLINK_TYPES', 'choice', 'NLMSG_???', 'linux/netlink.h', { pattern: /^NLMSG_(NOOP|ERROR|DONE|OVERRUN)$/ }],
  ['KCMP_TYPES', 'choice', 'KCMP_???', 'linux/kcmp.h', { enum: 'kcmp_type', not: /KCMP_TYPES/ }],
  [
    'FUTEX2_SIZES',
    'choice',
    undefined,
    'linux/futex.h',
    { names: 'FUTEX2_SIZE_U8 FUTEX2_SIZE_U16 FUTEX2_SIZE_U32 FUTEX2_SIZE_U64' },
  ],
  ['LSM_IDS', 'choice', 'LSM_ID_???', 'linux/lsm.h', { pattern: /^LSM_ID_/ }],
  ['LSM_ATTRIBUTES', 'choice', 'LSM_ATTR_???', 'linux/lsm.h', { pattern: /^LSM_ATTR_/ }],
  ['LSM_FLAGS', 'flags', 'LSM_FLAG_???', 'linux/lsm.h', { pattern: /^LSM_FLAG_/ }],
  [
    'ADJTIMEX_MODES',
    'flags',
    'ADJ_???',
    'linux/timex.h',
    {
      names:
        'ADJ_OFFSET ADJ_FREQUENCY ADJ_MAXERROR ADJ_ESTERROR ADJ_STATUS ADJ_TIMECONST ADJ_TAI ADJ_SETOFFSET ADJ_MICRO ADJ_NANO ADJ_TICK',
    },
  ],
  ['ADJTIMEX_STATUS', 'flags', 'STA_???', 'linux/timex.h', { pattern: /^STA_/, not: /RONLY/ }],
  [
    'ADJTIMEX_STATES',
    'choice',
    'TIME_???',
    'linux/timex.h',
    { names: 'TIME_OK TIME_INS TIME_DEL TIME_OOP TIME_WAIT TIME_ERROR' },
  ],
  ['QUOTA_COMMANDS', 'choice', 'Q_???', 'linux/quota.h', { pattern: /^Q_/ }],
  ['QUOTA_FORMATS', 'choice', 'QFMT_???', 'linux/quota.h', { pattern: /^QFMT_/ }],
  [
    'PTRACE_REQUESTS',
    'choice',
    'PTRACE_???',
    'linux/ptrace.h',
    { pattern: /^PTRACE_/, not: /_EVENT|_O_|SYSCALL_INFO_|EVENTMSG_SYSCALL|SYSEMU|PEEKSIGINFO_SHARED/ },
  ],
  ['PTRACE_OPTIONS', 'flags', 'PTRACE_O_???', 'linux/ptrace.h', { pattern: /^PTRACE_O_/, not: /MASK/ }],
  ['IOPRIO_WHO', 'choice', 'IOPRIO_WHO_???', 'linux/ioprio.h', { pattern: /^IOPRIO_WHO_/ }],
  ['IOPRIO_CLASSES', 'choice', 'IOPRIO_CLASS_???', 'linux/ioprio.h', { pattern: /^IOPRIO_CLASS_/, not: /SHIFT|MASK/ }],
  ['AIO_COMMANDS', 'choice', 'IOCB_CMD_???', 'linux/aio_abi.h', { pattern: /^IOCB_CMD_/ }],
  ['AIO_FLAGS', 'flags', 'IOCB_FLAG_???', 'linux/aio_abi.h', { pattern: /^IOCB_FLAG_/ }],
  [
    'SIGEV_NOTIFY',
    'choice',
    'SIGEV_???',
    'asm-generic/siginfo.h',
    { pattern: /^SIGEV_(SIGNAL|NONE|THREAD|THREAD_ID)$/ },
  ],
  [
    'SWAP_FLAGS',
    'flags',
    'SWAP_FLAG_???',
    undefined,
    {
      values: {
        SWAP_FLAG_PREFER: 0x8000,
        SWAP_FLAG_DISCARD: 0x10000,
        SWAP_FLAG_DISCARD_ONCE: 0x20000,
        SWAP_FLAG_DISCARD_PAGES: 0x40000,
      },
    },
  ],
  ['MODULE_INIT_FLAGS', 'flags', 'MODULE_INIT_???', 'linux/module.h', { pattern: /^MODULE_INIT_/ }],
  [
    'KEXEC_FLAGS',
    'flags',
    'KEXEC_???',
    'linux/kexec.h',
    { pattern: /^KEXEC_(ON_CRASH|PRESERVE_CONTEXT|UPDATE_ELFCOREHDR|CRASH_HOTPLUG_SUPPORT)$/ },
  ],
  ['KEXEC_FILE_FLAGS', 'flags', 'KEXEC_FILE_???', 'linux/kexec.h', { pattern: /^KEXEC_FILE_/ }],
  ['REBOOT_COMMANDS', 'choice', 'LINUX_REBOOT_CMD_???', 'linux/reboot.h', { pattern: /^LINUX_REBOOT_CMD_/ }],
  [
    'PERSONALITIES',
    'choice',
    'PER_???',
    'linux/personality.h',
    {
      names:
        'PER_LINUX PER_SVR4 PER_SVR3 PER_SCOSVR3 PER_OSR5 PER_WYSEV386 PER_ISCR4 PER_BSD PER_SUNOS PER_XENIX PER_LINUX32 PER_LINUX32_3GB PER_IRIX32 PER_IRIXN32 PER_IRIX64 PER_RISCOS PER_SOLARIS PER_UW7 PER_OSF4 PER_HPUX',
    },
  ],
  [
    'PERSONALITY_FLAGS',
    'flags',
    undefined,
    'linux/personality.h',
    {
      names:
        'UNAME26 ADDR_NO_RANDOMIZE FDPIC_FUNCPTRS MMAP_PAGE_ZERO ADDR_COMPAT_LAYOUT READ_IMPLIES_EXEC ADDR_LIMIT_32BIT SHORT_INODE WHOLE_SECONDS STICKY_TIMEOUTS ADDR_LIMIT_3GB',
    },
  ],
  ['SECUREBITS', 'flags', 'SECBIT_???', 'linux/securebits.h', { pattern: /^SECBIT_/ }],
  ['PR_MCE', 'choice', 'PR_MCE_KILL_???', 'linux/prctl.h', { names: 'PR_MCE_KILL_CLEAR PR_MCE_KILL_SET' }],
  ['PR_TSC', 'choice', 'PR_TSC_???', 'linux/prctl.h', { names: 'PR_TSC_ENABLE PR_TSC_SIGSEGV' }],
  ['PR_SET_MM_OPTIONS', 'choice', 'PR_SET_MM_???', 'linux/prctl.h', { pattern: /^PR_SET_MM_/ }],
  [
    'PR_SPECULATIONS',
    'choice',
    'PR_SPEC_???',
    'linux/prctl.h',
    { names: 'PR_SPEC_STORE_BYPASS PR_SPEC_INDIRECT_BRANCH PR_SPEC_L1D_FLUSH' },
  ],
  [
    'PR_SPECULATION_VALUES',
    'flags',
    'PR_SPEC_???',
    'linux/prctl.h',
    { names: 'PR_SPEC_PRCTL PR_SPEC_ENABLE PR_SPEC_DISABLE PR_SPEC_FORCE_DISABLE PR_SPEC_DISABLE_NOEXEC' },
  ],
  ['PR_MDWE', 'flags', 'PR_MDWE_???', 'linux/prctl.h', { names: 'PR_MDWE_REFUSE_EXEC_GAIN PR_MDWE_NO_INHERIT' }],
  [
    'SCM_IP_TYPES',
    'choice',
    undefined,
    'linux/in.h',
    {
      names:
        'IP_TOS IP_TTL IP_OPTIONS IP_RECVOPTS IP_RETOPTS IP_PKTINFO IP_RECVERR IP_ORIGDSTADDR IP_CHECKSUM IP_RECVFRAGSIZE',
    },
  ],
];

const [...directories] = process.argv.slice(2);
if (directories.length === 0)
  throw new Error('usage: node scripts/generate-constants.mjs DIRECTORY... (see the top of this file)');
const scratch = mkdtempSync(path.join(tmpdir(), 'constants-'));
try {
  const tables = GROUPS.map(([name, kind, unknown, header, which]) => tableOf(name, kind, unknown, header, which));
  const kinds = `import { choice, flags, type NamedValues } from '../named-values.ts';`;
  writeFileSync(
    OUTPUT,
    `// Generated by scripts/generate-constants.mjs from the UAPI headers of Linux 6.18. Do not edit.\n${kinds}\n\n${tables.join('\n')}`,
  );
} finally {
  rmSync(scratch, { recursive: true });
}

/** What strace calls otherwise than the headers. */
const RENAMED = { PTRACE_PEEKUSR: 'PTRACE_PEEKUSER', PTRACE_POKEUSR: 'PTRACE_POKEUSER' };

function tableOf(name, kind, unknown, header, which) {
  const values = which.values ?? valuesOf(header, namesOf(header, which), name);
  const entries = Object.entries(values).map(
    ([constant, value]) => `  ${RENAMED[constant] ?? constant}: 0x${value.toString(16)},`,
  );
  const comment = unknown === undefined ? (kind === 'choice' ? "''" : 'undefined') : `'${unknown}'`;
  return `export const ${name}: NamedValues = ${kind}(${comment}, {\n${entries.join('\n')}\n});\n`;
}

function textOf(header) {
  const file = [...directories, '/usr/include']
    .map((directory) => path.join(directory, header))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`no ${header}`);
  return readFileSync(file, 'utf8');
}

function namesOf(header, which) {
  if (which.names !== undefined) return which.names.split(' ');
  const text = textOf(header).replace(/\/\*[\s\S]*?\*\//g, '');
  const body = which.enum === undefined ? text : new RegExp(`enum ${which.enum}\\s*\\{([\\s\\S]*?)\\}`).exec(text)?.[1];
  if (body === undefined) throw new Error(`no enum ${which.enum} in ${header}`);
  const found =
    which.enum === undefined
      ? [...body.matchAll(/#\s*define\s+(\w+)[ \t]+[^\s]|^\s+(\w+)\s*(?:=[^,\n]*)?,?\s*$|,\s*(\w+)\s*=/gm)].map(
          ([, a, b, c]) => a ?? b ?? c,
        )
      : [...body.matchAll(/^\s*(\w+)\s*(?:=[^,]*)?(?:,|$)/gm)].map(([, constant]) => constant);
  return [...new Set(found)].filter(
    (constant) => !/^__/.test(constant) && (which.pattern?.test(constant) ?? true) && !which.not?.test(constant),
  );
}

/** Names that the headers do not have are left out. */
function valuesOf(header, names, group) {
  const source = path.join(scratch, 'values.c');
  const program = path.join(scratch, 'values');
  for (let left = names; ; ) {
    writeFileSync(
      source,
      `#include <stddef.h>\n#include <linux/types.h>\n#include <asm/ptrace.h>\n#include <${header}>\nint printf(const char *, ...);\nint main(void) {\n${left
        .map((name) => `  printf("${name} %lu\\n", (unsigned long)(${name}));`)
        .join('\n')}\n}\n`,
    );
    try {
      execFileSync(
        'cc',
        ['-w', ...directories.flatMap((directory) => ['-isystem', directory]), '-o', program, source],
        { stdio: 'pipe' },
      );
      const lines = execFileSync(program, { encoding: 'utf8' }).trim().split('\n');
      return Object.fromEntries(
        lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(BigInt(value) & 0xffff_ffffn)]),
      );
    } catch (error) {
      const missing = [...String(error.stderr).matchAll(/[‘'](\w+)[’'] undeclared/g)].map(([, name]) => name);
      if (missing.length === 0) throw error;
      console.log(`${group}: not in these headers: ${missing.join(' ')}`);
      left = left.filter((name) => !missing.includes(name));
    }
  }
}
