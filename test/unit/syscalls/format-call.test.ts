import { describe, expect, it } from 'vitest';
import type { PrintOptions } from '../../../src/syscalls/argument-type.ts';
import { formatArguments, formatResult } from '../../../src/syscalls/format-call.ts';
import { syscallName } from '../../../src/syscalls/syscall-table.ts';
import { bytesOf, exitOf, type MadeCall, struct } from '../../support/made-calls.ts';

const usual: PrintOptions = { stringLimit: 32 };
const ADDRESS = 0x7ffe12345678;

function text(call: MadeCall, options: PrintOptions = usual): string {
  const event = exitOf(call);
  return `${syscallName(event.nr)}(${formatArguments(event, options)}) = ${formatResult(event, options)}`;
}

const longs = (count: number) => Array.from({ length: count }, () => ['u64', 0] as const);

/** What is left of a struct stat after its size. */
const rest = Array.from({ length: 11 }, () => ['u64', 0] as const);
const timespec = struct(['u64', 1], ['u64', 5]);
const nothing = new Uint8Array(8);
const inet = Buffer.concat([struct(['u16', 2]), bytesOf('\0\x50\x7f\0\0\x01'), nothing]);
const inet6 = Buffer.concat([
  struct(['u16', 10]),
  bytesOf('\x1f\x90\0\0\0\0'),
  bytesOf(`${'\0'.repeat(15)}\x01`),
  nothing.subarray(4),
]);

/** What strace 7 prints, by family. */
const CASES: readonly (readonly [MadeCall, string])[] = [
  // text and data
  [{ name: 'open', args: [ADDRESS, 0], entry: { 0: 'a\n"b\x1b1' }, result: 3 }, 'open("a\\n\\"b\\0331", O_RDONLY) = 3'],
  [
    { name: 'openat', args: [-100, ADDRESS, 0o1102, 0o644], entry: { 1: '/x' }, errno: 2 },
    'openat(AT_FDCWD, "/x", O_RDWR|O_CREAT|O_TRUNC, 0644) = -1 ENOENT (No such file or directory)',
  ],
  [
    { name: 'openat', args: [5, ADDRESS, 0o2000000], errno: 14 },
    'openat(5, 0x7ffe12345678, O_RDONLY|O_CLOEXEC) = -1 EFAULT (Bad address)',
  ],
  [
    { name: 'read', args: [3, ADDRESS, 64], exit: { 1: 'x'.repeat(40) }, result: 40 },
    `read(3, "${'x'.repeat(32)}"..., 64) = 40`,
  ],
  [{ name: 'read', args: [3, ADDRESS, 64], result: 0 }, 'read(3, "", 64) = 0'],
  [
    { name: 'read', args: [3, ADDRESS, 64], errno: 512 },
    'read(3, 0x7ffe12345678, 64) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
  ],
  [
    { name: 'write', args: [1, ADDRESS, 500], entry: { 1: 'abc' }, cut: ['1'], result: 500 },
    'write(1, "abc"..., 500) = 500',
  ],
  [{ name: 'write', args: [1, 0, 0], result: 0 }, 'write(1, NULL, 0) = 0'],
  [
    { name: 'getrandom', args: [ADDRESS, 2, 1], exit: { 0: 'a\xff' }, result: 2 },
    'getrandom("\\x61\\xff", 2, GRND_NONBLOCK) = 2',
  ],
  [
    {
      name: 'execve',
      args: [ADDRESS, ADDRESS, ADDRESS],
      entry: { 0: '/bin/a', 1: new Uint8Array(16).fill(1), '1.1': 'a', '1.2': 'b c', 2: new Uint8Array(8).fill(1) },
    },
    'execve("/bin/a", ["a", "b c"], 0x7ffe12345678 /* 1 var */) = 0',
  ],
  [
    {
      name: 'writev',
      args: [1, ADDRESS, 2],
      entry: { 1: struct(['u64', ADDRESS], ['u64', 2], ['u64', ADDRESS], ['u64', 0]), '1.1': 'ab' },
      result: 2,
    },
    'writev(1, [{iov_base="ab", iov_len=2}, {iov_base="", iov_len=0}], 2) = 2',
  ],
  // files
  [
    {
      name: 'fstat',
      args: [3, ADDRESS],
      exit: {
        1: struct(
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
          ['u32', 0o100644],
          ['u32', 0],
          ['u64', 0],
          ['u64', 0],
          ['u64', 123],
          ...rest,
        ),
      },
    },
    'fstat(3, {st_mode=S_IFREG|0644, st_size=123, ...}) = 0',
  ],
  [
    {
      name: 'fstat',
      args: [3, ADDRESS],
      exit: {
        1: struct(
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
          ['u32', 0o020620],
          ['u32', 0],
          ['u64', 0],
          ['u64', 0x8801],
          ['u64', 0],
          ...rest,
        ),
      },
    },
    'fstat(3, {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0x1), ...}) = 0',
  ],
  [
    { name: 'pipe2', args: [ADDRESS, 0o2004000], exit: { 0: struct(['u32', 3], ['u32', 4]) } },
    'pipe2([3, 4], O_NONBLOCK|O_CLOEXEC) = 0',
  ],
  [
    {
      name: 'sendfile',
      args: [1, 3, ADDRESS, 512],
      entry: { 2: struct(['u64', 0]) },
      exit: { 2: struct(['u64', 512]) },
      result: 512,
    },
    'sendfile(1, 3, [0 => 512], 512) = 512',
  ],
  [{ name: 'fcntl', args: [3, 3], result: 0x8002 }, 'fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)'],
  [{ name: 'fcntl', args: [3, 1234, 5], errno: 22 }, 'fcntl(3, 0x4d2 /* F_??? */, 0x5) = -1 EINVAL (Invalid argument)'],
  [{ name: 'umask', args: [0o22], result: 0 }, 'umask(022) = 000'],
  [
    { name: 'getdents64', args: [3, ADDRESS, 32768], result: 0 },
    'getdents64(3, 0x7ffe12345678 /* 0 entries */, 32768) = 0',
  ],
  // memory
  [
    { name: 'mmap', args: [0, 4096, 3, 0x22, -1, 0], result: 0x7f0000001000 },
    'mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000001000',
  ],
  [{ name: 'brk', args: [0], result: 0x5000 }, 'brk(NULL) = 0x5000'],
  // processes
  [
    { name: 'clone', args: [0x1200011, 0, 0, ADDRESS], result: 7 },
    'clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7ffe12345678) = 7',
  ],
  [
    { name: 'wait4', args: [-1, ADDRESS, 1, 0], exit: { 1: struct(['u32', 0x300]) }, result: 7 },
    'wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], WNOHANG, NULL) = 7',
  ],
  [
    { name: 'wait4', args: [-1, ADDRESS, 3, 0], exit: { 1: struct(['u32', 0]) }, result: 0 },
    'wait4(-1, 0x7ffe12345678, WNOHANG|WSTOPPED, NULL) = 0',
  ],
  [
    { name: 'futex', args: [ADDRESS, 137, 2, 0, 0, 0xffffffff], result: 0 },
    'futex(0x7ffe12345678, FUTEX_WAIT_BITSET_PRIVATE, 2, NULL, FUTEX_BITSET_MATCH_ANY) = 0',
  ],
  [
    { name: 'prlimit64', args: [0, 3, 0, ADDRESS], exit: { 3: struct(['u64', 8388608], ['u64', -1]) } },
    'prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0',
  ],
  [{ name: 'prctl', args: [15, ADDRESS], entry: { 1: 'name' } }, 'prctl(PR_SET_NAME, "name") = 0'],
  [
    {
      name: 'clone3',
      args: [ADDRESS, 88],
      entry: {
        0: struct(
          ['u64', 0x101000],
          ['u64', ADDRESS],
          ['u64', 0],
          ['u64', ADDRESS],
          ['u64', 17],
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
          ['u64', 0],
        ),
      },
      exit: { '0.1': struct(['u32', 9]) },
      result: 7,
    },
    'clone3({flags=CLONE_PIDFD|CLONE_PARENT_SETTID, pidfd=0x7ffe12345678, parent_tid=0x7ffe12345678, exit_signal=SIGCHLD, stack=NULL, stack_size=0} => {pidfd=[9], parent_tid=[7]}, 88) = 7',
  ],
  // signals
  [
    {
      name: 'rt_sigaction',
      args: [2, ADDRESS, 0, 8],
      entry: { 1: struct(['u64', 1], ['u64', 0x14000000], ['u64', 0x1000], ['u64', 2]) },
    },
    'rt_sigaction(SIGINT, {sa_handler=SIG_IGN, sa_mask=[INT], sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x1000}, NULL, 8) = 0',
  ],
  [
    {
      name: 'rt_sigprocmask',
      args: [2, ADDRESS, ADDRESS, 8],
      entry: { 1: struct(['u64', ~(3n << 31n)]) },
      exit: { 2: nothing },
    },
    'rt_sigprocmask(SIG_SETMASK, ~[RTMIN RT_1], [], 8) = 0',
  ],
  [{ name: 'rt_sigreturn', entry: { 0: nothing } }, 'rt_sigreturn({mask=[]}) = 0'],
  [{ name: 'tgkill', args: [1, 2, 34], errno: 3 }, 'tgkill(1, 2, SIGRT_2) = -1 ESRCH (No such process)'],
  // sockets
  [
    { name: 'socket', args: [2, 0o2000001, 6], result: 3 },
    'socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3',
  ],
  [
    { name: 'connect', args: [3, ADDRESS, 16], entry: { 1: inet }, errno: 111 },
    'connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED (Connection refused)',
  ],
  [
    { name: 'bind', args: [3, ADDRESS, 28], entry: { 1: inet6 } },
    'bind(3, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
  ],
  [
    { name: 'bind', args: [3, ADDRESS, 6], entry: { 1: '\x01\0\0abc' } },
    'bind(3, {sa_family=AF_UNIX, sun_path=@"abc"}, 6) = 0',
  ],
  [
    {
      name: 'accept',
      args: [3, ADDRESS, ADDRESS],
      entry: { 2: struct(['u32', 128]) },
      exit: { 1: inet, 2: struct(['u32', 16]) },
      result: 4,
    },
    'accept(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 4',
  ],
  [
    { name: 'setsockopt', args: [3, 1, 2, ADDRESS, 4], entry: { 3: struct(['u32', 1]) } },
    'setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0',
  ],
  [
    { name: 'recvmsg', args: [3, ADDRESS, 0], entry: { 1: new Uint8Array(56) }, errno: 11 },
    'recvmsg(3, {msg_namelen=0}, 0) = -1 EAGAIN (Resource temporarily unavailable)',
  ],
  // waiting
  [
    {
      name: 'poll',
      args: [ADDRESS, 1, -1],
      entry: { 0: struct(['u32', 3], ['u16', 1], ['u16', 0]) },
      exit: { 0: struct(['u32', 3], ['u16', 1], ['u16', 1]) },
      result: 1,
    },
    'poll([{fd=3, events=POLLIN}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])',
  ],
  [{ name: 'poll', args: [0, 0, 5], result: 0 }, 'poll(NULL, 0, 5) = 0 (Timeout)'],
  [
    {
      name: 'select',
      args: [4, ADDRESS, 0, 0, ADDRESS],
      entry: { 1: struct(['u64', 8]), 4: timespec },
      exit: { 1: struct(['u64', 8]), 4: nothingTwice() },
      result: 1,
    },
    'select(4, [3], NULL, NULL, {tv_sec=1, tv_usec=5}) = 1 (in [3], left {tv_sec=0, tv_usec=0})',
  ],
  [
    {
      name: 'pselect6',
      args: [0, 0, 0, 0, ADDRESS, ADDRESS],
      entry: { 4: timespec, 5: struct(['u64', ADDRESS], ['u64', 8]), '5.1': struct(['u64', 512]) },
      result: 0,
    },
    'pselect6(0, NULL, NULL, NULL, {tv_sec=1, tv_nsec=5}, {sigmask=[USR1], sigsetsize=8}) = 0 (Timeout)',
  ],
  [
    {
      name: 'epoll_wait',
      args: [3, ADDRESS, 4, 0],
      exit: { 1: struct(['u32', 0x80000001], ['u64', 0x12]) },
      result: 1,
    },
    'epoll_wait(3, [{events=EPOLLIN|EPOLLET, data=0x12}], 4, 0) = 1',
  ],
  // time, terminals, the rest
  [
    { name: 'nanosleep', args: [ADDRESS, ADDRESS], entry: { 0: timespec }, errno: 516 },
    'nanosleep({tv_sec=1, tv_nsec=5}, 0x7ffe12345678) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)',
  ],
  [
    { name: 'ioctl', args: [0, 0x5413, ADDRESS], exit: { 2: struct(['u16', 24], ['u16', 80], ['u32', 0]) } },
    'ioctl(0, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0',
  ],
  [
    { name: 'ioctl', args: [0, 0xc0085678, 1], errno: 25 },
    'ioctl(0, _IOC(_IOC_READ|_IOC_WRITE, 0x56, 0x78, 0x8), 0x1) = -1 ENOTTY (Inappropriate ioctl for device)',
  ],
  [{ name: 'exit_group', args: [3] }, 'exit_group(3) = ?'],
  // no signature of its own; no name at all; numbers beyond 2^53
  [{ name: 'landlock_restrict_self', args: [3, 0], result: 0 }, 'landlock_restrict_self(3, 0) = 0'],
  [
    { name: 0x1c8 + 100, args: [1, 2, 3, 4, 5, 0xffffffffffffffffn], errno: 38 },
    'syscall_0x22c(0x1, 0x2, 0x3, 0x4, 0x5, 0xffffffffffffffff) = -1 ENOSYS (Function not implemented)',
  ],
  [
    { name: 'munmap', args: [0, 0xffffffffffffffffn], errno: 22 },
    'munmap(NULL, 18446744073709551615) = -1 EINVAL (Invalid argument)',
  ],
  [{ name: 'close', args: [3], errno: 999 }, 'close(3) = -1 (errno 999)'],
];

function nothingTwice(): Uint8Array {
  return new Uint8Array(16);
}

describe('calls are printed as strace prints them', () => {
  it.each(CASES.map(([call, expected]) => [expected, call] as const))('%s', (expected, call) => {
    expect(text(call)).toBe(expected);
  });
});

describe('how numbers with names are written (-X)', () => {
  const OPEN: MadeCall = { name: 'openat', args: [-100, ADDRESS, 0o2000102, 0o600], entry: { 1: '/x' }, result: 3 };
  const SOCKET: MadeCall = { name: 'socket', args: [2, 0o2000001, 0], result: 3 };
  const BIND: MadeCall = { name: 'bind', args: [3, ADDRESS, 16], entry: { 1: inet } };
  const KILL: MadeCall = { name: 'kill', args: [5, 10] };
  const ODD: MadeCall = { name: 'lseek', args: [3, 0, 99], result: 0 };

  it.each([
    [OPEN, 'openat(-100, "/x", 0x80042, 0600) = 3'],
    [SOCKET, 'socket(0x2, 0x1|0x80000, 0) = 3'],
    [BIND, 'bind(3, {sa_family=0x2, sin_port="\\x00\\x50", sin_addr="\\x7f\\x00\\x00\\x01"}, 16) = 0'],
    [KILL, 'kill(5, 10) = 0'],
    [ODD, 'lseek(3, 0, 0x63) = 0'],
  ])('raw: %#', (call, expected) => {
    expect(text(call, { ...usual, constants: 'raw' })).toBe(expected);
  });

  it.each([
    [OPEN, 'openat(-100 /* AT_FDCWD */, "/x", 0x80042 /* O_RDWR|O_CREAT|O_CLOEXEC */, 0600) = 3'],
    [SOCKET, 'socket(0x2 /* AF_INET */, 0x1 /* SOCK_STREAM */|0x80000 /* SOCK_CLOEXEC */, 0 /* IPPROTO_IP */) = 3'],
    [KILL, 'kill(5, 10 /* SIGUSR1 */) = 0'],
  ])('verbose: %#', (call, expected) => {
    expect(text(call, { ...usual, constants: 'verbose' })).toBe(expected);
    expect(text(call)).not.toContain('/*');
  });
});

describe('what numbers are (-y, -yy, -Y)', () => {
  const dup: MadeCall = {
    name: 'dup2',
    args: [3, 4],
    entry: { 'fd 3': '/a<b (deleted)', 'fd 4': 'socket:[7]\0TCP:[127.0.0.1:80]' },
    exit: { 'fd 4': '/dev/null\0<char 1:3>' },
    result: 4,
  };
  const poll: MadeCall = {
    name: 'poll',
    args: [ADDRESS, 1, 0],
    entry: { 0: struct(['u32', 5], ['u16', 1], ['u16', 0]), 'fd 5': 'pipe:[8]' },
  };
  const wait: MadeCall = { name: 'kill', args: [77, 0], entry: { 'pid 77': 'a <b>' } };

  it.each([
    [dup, 'dup2(3</a\\74b>(deleted), 4<TCP:[127.0.0.1:80]>) = 4</dev/null<char 1:3>>'],
    [poll, 'poll([{fd=5<pipe:[8]>, events=POLLIN}], 1, 0) = 0 (Timeout)'],
    [wait, 'kill(77<a \\74b\\76>, 0) = 0'],
  ])('%#', (call, expected) => {
    expect(text(call, { ...usual, fdPaths: true, processNames: true })).toBe(expected);
  });

  it('what was looked up for -P alone is not shown', () => {
    expect(text(poll)).toBe('poll([{fd=5, events=POLLIN}], 1, 0) = 0 (Timeout)');
  });
});

describe('longs of a structure', () => {
  it.each<[MadeCall, string]>([
    [
      { name: 'fstatfs', args: [3, ADDRESS], exit: { 1: struct(['u64', 0x10000ef53n], ...longs(14)) } },
      'f_type=0x10000ef53, ',
    ],
    [
      { name: 'fstatfs', args: [3, ADDRESS], exit: { 1: struct(['u64', 0xef53], ...longs(14)) } },
      'f_type=EXT2_SUPER_MAGIC, ',
    ],
    [
      { name: 'getrlimit', args: [3, ADDRESS], exit: { 1: struct(['u64', 2n ** 63n + 1n], ['u64', 2n ** 63n]) } },
      '{rlim_cur=9223372036854775809, rlim_max=9007199254740992*1024}',
    ],
    [
      {
        name: 'io_submit',
        args: [ADDRESS, 1, ADDRESS],
        entry: {
          2: struct(['u64', 8]),
          '2.1': struct(...longs(2), ['u16', 5], ['u16', 0], ['u32', 3], ['u64', 0x100000001n], ...longs(4)),
        },
      },
      'aio_buf=POLLIN|0x100000000}',
    ],
  ])('%#', (call, expected) => {
    expect(text(call)).toContain(expected);
  });
});

describe('small words', () => {
  it.each<[MadeCall, string]>([
    [
      { name: 'statx', args: [3, 0, 0x6000, 0, 0] },
      'statx(3, NULL, AT_STATX_FORCE_SYNC|AT_STATX_DONT_SYNC, 0, NULL) = 0',
    ],
    [
      { name: 'shmget', args: [0, 1, 0x54000000 | 0o4600] },
      'shmget(IPC_PRIVATE, 1, SHM_HUGETLB|21<<SHM_HUGE_SHIFT|0600) = 0',
    ],
    [{ name: 'ptrace', args: [3, 1, 2, 3] }, 'ptrace(PTRACE_PEEKUSER, 1, 0x2, 0x3) = 0'],
    [
      { name: 'fcntl', args: [3, 1036, ADDRESS], entry: { 2: struct(['u64', 7]) } },
      'fcntl(3, F_SET_RW_HINT, [0x7 /* RWH_WRITE_LIFE_??? */]) = 0',
    ],
    [{ name: 'select', args: [3, ADDRESS, 0, 0, 0], result: 3 }, 'select(3, 0x7ffe12345678, NULL, NULL, NULL) = 3 ()'],
  ])('%#', (call, expected) => {
    expect(text(call)).toBe(expected);
  });

  it('-s0 leaves the dots of an array', () => {
    const poll: MadeCall = { name: 'poll', args: [ADDRESS, 1, 42], entry: { 0: struct(['u32', 5], ['u32', 1]) } };
    expect(text(poll, { stringLimit: 0 })).toBe('poll([...], 1, 42) = 0 (Timeout)');
  });

  it('a registered ring is no descriptor', () => {
    const register: MadeCall = {
      name: 'io_uring_register',
      args: [3, 0x80000014, 0, 0],
      entry: { 'fd 3': '/unrelated' },
    };
    expect(text(register, { ...usual, fdPaths: true })).toContain('io_uring_register(3, ');
  });
});

describe('structures of some calls alone', () => {
  const stat: MadeCall = { name: 'fstat', args: [1, ADDRESS], exit: { 1: new Uint8Array(144) } };
  const none = { has: () => false };
  const all = { has: () => true };

  it('-e abbrev=!fstat: whole', () => {
    expect(text(stat, { ...usual, whole: all })).toContain('st_nlink=0');
    expect(text(stat, { ...usual, whole: none })).toBe('fstat(1, {st_mode=000, st_size=0, ...}) = 0');
  });

  it('-e verbose=none: addresses, but strings as ever', () => {
    expect(text(stat, { ...usual, dereferenced: none })).toBe('fstat(1, 0x7ffe12345678) = 0');
    const read: MadeCall = { name: 'read', args: [3, ADDRESS, 3], exit: { 1: 'abc' }, result: 3 };
    expect(text(read, { ...usual, dereferenced: none })).toBe('read(3, "abc", 3) = 3');
  });

  it('-N: names of arguments', () => {
    expect(text(stat, { ...usual, argumentNames: true })).toMatch(/^fstat\(fd=1, \w+=\{/);
  });
});
