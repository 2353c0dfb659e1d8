import { describe, expect, it } from 'vitest';
import { formatArguments } from '../../../src/syscalls/format-call.ts';
import { ioctlText } from '../../../src/syscalls/ioctl-names.ts';
import { flags } from '../../../src/syscalls/named-values.ts';
import { fieldIf, record, u32At, unlessZero } from '../../../src/syscalls/types/records.ts';
import { exitOf, type MadeCall, struct } from '../../support/made-calls.ts';

const ADDRESS = 0x7ffe12345678;

function text(call: MadeCall, verbose = false): string {
  return formatArguments(exitOf(call), { stringLimit: 32, verbose });
}

/** What strace 7.2 prints, by call. */
const CASES: readonly (readonly [MadeCall, string, boolean?])[] = [
  [
    {
      name: 'seccomp',
      args: [1, 0, ADDRESS],
      entry: {
        2: struct(['u64', 2], ['u64', ADDRESS]),
        '2.1': struct(['u16', 0x15], ['u8', 1], ['u8', 0], ['u32', 59], ['u32', 6], ['u32', 0x50001]),
      },
    },
    'SECCOMP_SET_MODE_FILTER, 0, {len=2, filter=[BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0x3b, 0x1, 0), BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|0x1)]}',
    true,
  ],
  [
    {
      name: 'semctl',
      args: [1, 0, 2, ADDRESS],
      exit: {
        3: struct(
          ...(['u32', 'u32', 'u32', 'u32', 'u32', 'u32'] as const).map(
            (type, i) => [type, i === 5 ? 0o600 : i] as const,
          ),
          ...Array.from({ length: 10 }, (_, i) => ['u64', i] as const),
        ),
      },
    },
    '1, 0, IPC_STAT, {sem_perm={uid=1, gid=2, mode=0600, key=0, cuid=3, cgid=4}, sem_otime=3, sem_ctime=5, sem_nsems=7}',
  ],
  [
    {
      name: 'sendto',
      args: [3, ADDRESS, 20, 0, ADDRESS, 12],
      entry: {
        1: struct(['u32', 20], ['u16', 3], ['u16', 2], ['u32', 7], ['u32', 0], ['u32', 0]),
        4: struct(['u16', 16], ['u16', 0], ['u64', 0]),
      },
    },
    '3, [{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=7, nlmsg_pid=0}, 0], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12',
  ],
  [
    {
      name: 'recvmsg',
      args: [3, ADDRESS, 0],
      result: 1,
      entry: { 1: struct(...Array.from({ length: 7 }, () => ['u64', 0] as const)) },
      exit: {
        1: struct(['u64', 0], ['u64', 0], ['u64', 0], ['u64', 0], ['u64', ADDRESS], ['u64', 32], ['u64', 0]),
        '1.2': struct(
          ['u64', 28],
          ['u32', 0],
          ['u32', 8],
          ['u32', 1],
          ['u32', 0x0100007f],
          ['u32', 0x0200007f],
          ['u32', 0],
        ),
      },
    },
    '3, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_control=[{cmsg_len=28, cmsg_level=SOL_IP, cmsg_type=IP_PKTINFO, cmsg_data={ipi_ifindex=1, ipi_spec_dst=inet_addr("127.0.0.1"), ipi_addr=inet_addr("127.0.0.2")}}], msg_controllen=32, msg_flags=0}, 0',
  ],
  [
    { name: 'setsockopt', args: [3, 1, 20, ADDRESS, 16], entry: { 3: struct(['u64', 5], ['u64', 250000]) } },
    '3, SOL_SOCKET, SO_RCVTIMEO_OLD, {tv_sec=5, tv_usec=250000}, 16',
  ],
  [
    {
      name: 'setsockopt',
      args: [3, 0, 35, ADDRESS, 8],
      entry: { 3: struct(['u32', 0x030000e0], ['u32', 0x0100007f]) },
    },
    '3, SOL_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=inet_addr("224.0.0.3"), imr_interface=inet_addr("127.0.0.1")}, 8',
  ],
  [
    { name: 'keyctl', args: [11, -3, ADDRESS, 8], result: 3, exit: { 2: 'key' } },
    'KEYCTL_READ, KEY_SPEC_SESSION_KEYRING, "key", 8',
  ],
  [
    {
      name: 'move_pages',
      args: [0, 2, ADDRESS, 0, ADDRESS, 2],
      entry: { 2: struct(['u64', 4096], ['u64', 8192]) },
      exit: { 4: struct(['u32', 0], ['u32', -2]) },
    },
    '0, 2, [0x1000, 0x2000], NULL, [0, -ENOENT], MPOL_MF_MOVE',
  ],
  [
    { name: 'mmap', args: [0, 4096, 3, 0x22, -1, 0] },
    'NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0',
  ],
  [
    { name: 'quotactl', args: [0x80000200, ADDRESS, 2, ADDRESS], entry: { 1: '/dev/vda', 3: '/q' } },
    'QCMD(Q_QUOTAON, USRQUOTA), "/dev/vda", QFMT_VFS_V0, "/q"',
  ],
  [
    { name: 'syslog', args: [3, ADDRESS, 10], result: 2, exit: { 1: 'hi' } },
    '3 /* SYSLOG_ACTION_READ_ALL */, "hi", 10',
  ],
  [{ name: 'personality', args: [0x0040000] }, 'PER_LINUX|ADDR_NO_RANDOMIZE'],
  [{ name: 'swapon', args: [ADDRESS, 0x8005], entry: { 0: '/swap' } }, '"/swap", SWAP_FLAG_PREFER|5'],
  [
    {
      name: 'ioctl',
      args: [3, 0x8933, ADDRESS],
      entry: { 2: Buffer.from('lo'.padEnd(40, '\0')) },
      exit: { 2: Buffer.from(`lo${'\0'.repeat(14)}\x01`.padEnd(40, '\0')) },
    },
    '3, SIOCGIFINDEX, {ifr_name="lo", ifr_ifindex=1}',
  ],
];

describe('structures are printed as strace prints them', () => {
  it.each(
    CASES.map(
      ([call, expected, verbose]) => [`${call.name}(${expected.slice(0, 60)}`, call, expected, verbose] as const,
    ),
  )('%s', (_, call, expected, verbose) => {
    expect(text(call, verbose)).toBe(expected);
  });

  it('are addresses where their end can not be read, and arrays say what is missing', () => {
    expect(text({ name: 'nanosleep', args: [ADDRESS, 0], entry: { 0: new Uint8Array(8) } })).toMatch(
      /^0x7ffe12345678, /,
    );
    const half = struct(['u16', 1], ['u16', -1], ['u16', 0]);
    expect(text({ name: 'semop', args: [1, ADDRESS, 2], entry: { 1: half } })).toBe(
      `1, [{sem_num=1, sem_op=-1, sem_flg=0}, ... /* 0x${(ADDRESS + 6).toString(16)} */], 2`,
    );
  });
});

describe('records', () => {
  const print = record({
    size: u32At(0),
    extra: fieldIf((bytes) => bytes[0] === 8, u32At(4)),
    rest: unlessZero(u32At(8)),
  });

  it('leave out what is not there, not meant, or zero', () => {
    const options = { stringLimit: 32 };
    const call = exitOf({ name: 'getpid' });
    expect(print(struct(['u32', 4]), options, call)).toBe('{size=4}');
    expect(print(struct(['u32', 8], ['u32', 1], ['u32', 0]), options, call)).toBe('{size=8, extra=1}');
    expect(print(struct(['u32', 9], ['u32', 1], ['u32', 5]), options, call)).toBe('{size=9, rest=5}');
  });
});

describe('flags of 64 bits', () => {
  const some = flags('F_???', { F_ONE: 1, F_TWO: 2 });

  it('name what has names, and print the rest as one number', () => {
    expect(some.text64(3, 0)).toBe('F_ONE|F_TWO');
    expect(some.text64(5, 1)).toBe('F_ONE|0x100000004');
    expect(some.text64(4, 1)).toBe('0x100000004 /* F_??? */');
  });
});

describe('ioctl requests', () => {
  it.each([
    [0x5401, 'TCGETS'],
    [0x80081272, 'BLKGETSIZE64'],
    [0xae01, 'KVM_CREATE_VM'],
    [0x81004506, 'EVIOCGNAME(256)'],
    [0x80ff9999, '_IOC(_IOC_READ, 0x99, 0x99, 0xff)'],
  ])('%#x is %s', (request, expected) => {
    expect(ioctlText(request)).toBe(expected);
  });
});
