import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { guest, hasCompiler, isRoot, RENACER } from '../support/guests.ts';

/** What strace 7.2 prints of the guest, results aside: they depend on what the kernel was built with. */
const EXPECTED = [
  'capset({version=_LINUX_CAPABILITY_VERSION_3, pid=0}, 0x10)',
  'sched_getattr(0, ADDRESS, 0, 0)',
  'seccomp(SECCOMP_SET_MODE_FILTER, 0x8000 /* SECCOMP_FILTER_FLAG_??? */, {len=1, filter=ADDRESS})',
  'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_SOCKET_FILTER, insn_cnt=0, insns=NULL, license="GPL", log_level=0, log_size=0, log_buf=NULL, kern_version=KERNEL_VERSION(0, 0, 0), prog_flags=0}, 48)',
  'bpf(BPF_OBJ_GET, {pathname="/nonexistent/pin", bpf_fd=0, file_flags=0}, 16)',
  'semop(-1, [{sem_num=0, sem_op=-1, sem_flg=IPC_NOWAIT}, {sem_num=1, sem_op=2, sem_flg=SEM_UNDO}], 2)',
  'socketpair(AF_UNIX, SOCK_DGRAM, 0, [3, 4])',
  'sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="one", iov_len=3}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=3}, {msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="two!", iov_len=4}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=4}], 2, 0)',
  'sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="one", iov_len=3}], msg_iovlen=1, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[1]}], msg_controllen=24, msg_flags=0}, 0)',
  'timer_create(0x3e7 /* CLOCK_??? */, {sigev_signo=SIGUSR1, sigev_notify=SIGEV_SIGNAL}, ADDRESS)',
  'landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_WRITE_FILE, handled_access_net=LANDLOCK_ACCESS_NET_BIND_TCP}, 16, 0x8 /* LANDLOCK_CREATE_RULESET_??? */)',
  'keyctl(KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, NULL, 0)',
  'futex_waitv([{val=0x7, uaddr=NULL, flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE}], 1, 0x1, NULL, CLOCK_MONOTONIC)',
];

/** The kernel's own tracing does not look into the messages of an array. */
const withoutBuffers = (line: string): string =>
  line.startsWith('sendmmsg') ? line.replaceAll(/\[\{iov_base="[^"]*", iov_len=\d+\}\]/g, 'ADDRESS') : line;

describe.skipIf(!hasCompiler)('structures are decoded (needs cc)', () => {
  function traced(engine: string): string[] {
    const { stderr } = spawnSync(RENACER, ['-f', '--engine', engine, '--trace', '--', guest('structures')], {
      encoding: 'utf8',
    });
    const lines = stderr
      .replaceAll(/0x[0-9a-f]{8,}/g, 'ADDRESS')
      .split('\n')
      .map((line) => line.replace(/\s*= [-\w]+( .*)?$/, ''));
    const from = lines.findIndex((line) => line.startsWith('capset'));
    return lines.slice(from, from + EXPECTED.length);
  }

  it('from stops', () => {
    expect(traced('ptrace')).toEqual(EXPECTED);
  });

  it.skipIf(!isRoot)('from the kernel (needs root)', () => {
    expect(traced('ebpf')).toEqual(EXPECTED.map(withoutBuffers));
  });
});
