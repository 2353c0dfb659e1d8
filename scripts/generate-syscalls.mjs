// Generates src/syscalls/table-*.generated.ts: the system calls of Linux on x86-64, arm64 and i386 with their arguments.
//
//   mount -t tracefs none /sys/kernel/tracing; node scripts/generate-syscalls.mjs DIRECTORY
//
// DIRECTORY has a header of `#define __NR_read 0` lines an architecture: x86_64.h, arm64.h, i386.h. They are <asm/unistd_64.h>
// and <asm/unistd_32.h> of `make headers_install`, or the arch-syscall.h that glibc's update-syscall-lists.py makes of them; those
// in the repository came from glibc 2.43 (Linux 6.17) and NEWER, which makes them Linux 6.18. Arguments come from the running
// kernel's tracefs event formats (6.18.44); calls that this kernel lacks take theirs from WITHOUT_EVENT.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const EVENTS = '/sys/kernel/tracing/events/syscalls';
/** What Linux 6.18 has beyond the headers of 6.17: arch/x86/entry/syscalls/syscall_64.tbl. */
const NEWER = { x86_64: { uprobe: 336 }, arm64: {}, i386: {} };
/** The last number of Linux 6.18, file_setattr: newer headers may be given. */
const LAST = 469;

/** Kernel functions whose name is not the name of the call. */
const FUNCTIONS = {
  stat: 'newstat',
  fstat: 'newfstat',
  lstat: 'newlstat',
  uname: 'newuname',
  sendfile: 'sendfile64',
  umount2: 'umount',
};

/** Calls that are obsolete, or left out of the kernel that this ran on: from their man pages. */
const WITHOUT_EVENT = {
  uselib: 's:library',
  _sysctl: 'x:args',
  create_module: 's:name u:size',
  init_module: 'x:module_image u:len s:param_values',
  delete_module: 's:name x4:flags',
  get_kernel_syms: 'x:table',
  query_module: 's:name d4:which x:buf u:bufsize x:ret',
  nfsservctl: 'd4:cmd x:argp x:resp',
  getpmsg: 'x:arg0 x:arg1 x:arg2 x:arg3 x:arg4',
  putpmsg: 'x:arg0 x:arg1 x:arg2 x:arg3 x:arg4',
  afs_syscall: 'x:arg0 x:arg1 x:arg2 x:arg3 x:arg4',
  tuxcall: 'x:arg0 x:arg1 x:arg2',
  security: 'x:arg0 x:arg1 x:arg2',
  set_thread_area: 'x:u_info',
  get_thread_area: 'x:u_info',
  lookup_dcookie: 'u:cookie x:buffer u:len',
  epoll_ctl_old: 'x:arg0 x:arg1 x:arg2 x:arg3',
  epoll_wait_old: 'x:arg0 x:arg1 x:arg2 x:arg3',
  vserver: 'x:arg0 x:arg1 x:arg2 x:arg3 x:arg4',
  kexec_load: 'u:entry u:nr_segments x:segments x:flags',
  finit_module: 'f:fd s:param_values x4:flags',
  kexec_file_load: 'f:kernel_fd f:initrd_fd u:cmdline_len s:cmdline x:flags',
  map_shadow_stack: 'x:addr u:len x4:flags',
};

/** How an argument is printed where no signature says it better: f fd, s path or string, d signed, u unsigned, x hexadecimal. */
function kindOf(type, name) {
  if (type === 'const char *' && !/buf|msg/.test(name)) return 's';
  if (type.includes('*') || /data_t|header_t/.test(type)) return 'x';
  if (/(^|_)d?fd$|^fildes$/.test(name)) return 'f';
  if (/flags|mask|addr|start/.test(name)) return 'x';
  if (/^(const )?(int|long|pid_t|off_t|loff_t|key_serial_t|clockid_t|mqd_t|__s32|timer_t)$/.test(type)) return 'd';
  return 'u';
}

const FOUR_BYTES =
  /^(const )?(int|unsigned( int)?|pid_t|uid_t|gid_t|qid_t|key_t|rwf_t|clockid_t|timer_t|mqd_t|key_serial_t|u32|__[us]32|enum \w+)$/;

/** How many bytes of the word the kernel reads, where those are not all: of a descriptor always 4. */
function widthOf(type, kind) {
  if (kind === 'f') return '';
  if (type === 'umode_t') return '2';
  return FOUR_BYTES.test(type) ? '4' : '';
}

/** Those of i386 alone, by their man pages and <linux/syscalls.h>; a 64-bit number takes two words there. */
const ONLY_I386 = {
  _llseek: 'f:fd u:offset_high u:offset_low x:result u:whence',
  _newselect: 'd:n x:inp x:outp x:exp x:tvp',
  bdflush: 'd:func d:data',
  fadvise64: 'f:fd u:offset_low u:offset_high u:len d:advice',
  fadvise64_64: 'f:fd u:offset_low u:offset_high u:len_low u:len_high d:advice',
  fallocate: 'f:fd d:mode u:offset_low u:offset_high u:len_low u:len_high',
  fanotify_mark: 'f:fanotify_fd x:flags x:mask_low x:mask_high f:dfd s:pathname',
  fcntl64: 'f:fd u:cmd u:arg',
  fstat64: 'f:fd x:statbuf',
  fstatat64: 'f:dfd s:filename x:statbuf d:flag',
  fstatfs64: 'f:fd u:sz x:buf',
  ftruncate64: 'f:fd u:length_low u:length_high',
  ipc: 'u:call d:first u:second u:third x:ptr d:fifth',
  lookup_dcookie: 'u:cookie_low u:cookie_high x:buf u:len',
  lstat64: 's:filename x:statbuf',
  mmap: 'x:arg',
  mmap2: 'x:addr u:len u:prot x:flags f:fd u:pgoff',
  nice: 'd:increment',
  oldfstat: 'f:fd x:statbuf',
  oldlstat: 's:filename x:statbuf',
  oldolduname: 'x:name',
  oldstat: 's:filename x:statbuf',
  olduname: 'x:name',
  pread64: 'f:fd x:buf u:count u:pos_low u:pos_high',
  pwrite64: 'f:fd x:buf u:count u:pos_low u:pos_high',
  readahead: 'f:fd u:offset_low u:offset_high u:count',
  readdir: 'f:fd x:dirent u:count',
  select: 'x:arg',
  sendfile64: 'f:out_fd f:in_fd x:offset u:count',
  sgetmask: '',
  sigaction: 'd:sig x:act x:oact',
  signal: 'd:sig x:handler',
  sigpending: 'x:uset',
  sigprocmask: 'd:how x:nset x:oset',
  sigreturn: '',
  sigsuspend: 'd:unused1 d:unused2 x:mask',
  socketcall: 'd:call x:args',
  ssetmask: 'x:newmask',
  stat64: 's:filename x:statbuf',
  statfs64: 's:path u:sz x:buf',
  stime: 'x:tptr',
  sync_file_range: 'f:fd u:offset_low u:offset_high u:nbytes_low u:nbytes_high x:flags',
  truncate64: 's:path u:length_low u:length_high',
  ugetrlimit: 'u:resource x:rlim',
  umount: 's:name',
  vm86: 'u:cmd x:arg',
  vm86old: 'x:user_vm86',
  waitpid: 'd:pid x:stat_addr d:options',
};

/** Obsolete numbers of i386 that never did anything in Linux, or no longer do. */
const EMPTY_I386 = ['break', 'ftime', 'gtty', 'idle', 'lock', 'mpx', 'prof', 'profil', 'stty', 'ulimit'];

/** The last two arguments of clone(2) change places (CONFIG_CLONE_BACKWARDS). */
const CLONE_BACKWARDS = { clone: 'x:clone_flags u:newsp x:parent_tidptr u:tls x:child_tidptr' };

const ONLY = {
  x86_64: {},
  arm64: CLONE_BACKWARDS,
  i386: { ...ONLY_I386, ...Object.fromEntries(EMPTY_I386.map((name) => [name, ''])), ...CLONE_BACKWARDS },
};

/** `getuid32` and `clock_gettime64` of i386 take what `getuid` and `clock_gettime` take on x86-64. */
function nativeName(name) {
  return name.replace(/(_time64|64|32)$/, '');
}

function argumentsOf(architecture, name) {
  const own = ONLY[architecture][name];
  if (own !== undefined) return own;
  const found = eventArguments(name) ?? WITHOUT_EVENT[name] ?? eventArguments(nativeName(name));
  if (found === undefined) throw new Error(`no arguments known for ${name} of ${architecture}`);
  return found;
}

function eventArguments(name) {
  const file = `${EVENTS}/sys_enter_${FUNCTIONS[name] ?? name}/format`;
  if (!existsSync(file)) return undefined;
  return [...readFileSync(file, 'utf8').matchAll(/field:(.+?)\s*\b(\w+);\toffset:(\d+);/g)]
    .filter(([, , , offset]) => Number(offset) >= 16)
    .map(([, type, field]) => {
      const kind = kindOf(type.trim(), field);
      return `${kind}${widthOf(type.trim(), kind)}:${field}`;
    })
    .join(' ');
}

function numbersOf(architecture, directory) {
  const header = readFileSync(path.join(directory, `${architecture}.h`), 'utf8');
  const defined = [...header.matchAll(/#define __NR_(\w+) (\d+)/g)].map(([, name, nr]) => [name, Number(nr)]);
  return new Map([...defined, ...Object.entries(NEWER[architecture])].filter(([, nr]) => nr <= LAST));
}

/** The running kernel must not know a call that the table lacks. */
function checkComplete(numbers) {
  const known = new Set([...numbers.keys()].map((name) => FUNCTIONS[name] ?? name));
  const missing = readdirSync(EVENTS)
    .filter((event) => event.startsWith('sys_enter_'))
    .map((event) => event.slice('sys_enter_'.length))
    .filter((name) => !known.has(name) && !OTHER_ABIS.has(name));
  if (missing.length > 0) throw new Error(`the running kernel also has ${missing.join(', ')}`);
}

/** Events of calls that 64-bit programs do not have. */
const OTHER_ABIS = new Set(Object.keys(ONLY_I386));

function write(architecture, numbers) {
  const file = `src/syscalls/table-${architecture.replace('_', '-')}.generated.ts`;
  const lines = [...numbers]
    .sort((a, b) => a[1] - b[1])
    .map(([name, nr]) => `${nr} ${name} ${argumentsOf(architecture, name)}`.trimEnd());
  writeFileSync(
    file,
    `// Generated by scripts/generate-syscalls.mjs. Do not edit.

/**
 * One system call a line: number, name, arguments as \`kind:name\`, or \`kind4:name\` if the kernel reads 4 bytes of the word.
 * Kinds: f file descriptor (4 bytes), s path or string, d signed, u unsigned, x hexadecimal.
 */
export const ${architecture.toUpperCase()}_TABLE: string = \`
${lines.join('\n')}
\`;
`,
  );
  console.log(`${lines.length} system calls in ${file}`);
}

const [directory] = process.argv.slice(2);
if (directory === undefined)
  throw new Error('usage: node scripts/generate-syscalls.mjs DIRECTORY (see the top of this file)');
for (const architecture of ['x86_64', 'arm64', 'i386']) {
  const numbers = numbersOf(architecture, directory);
  if (architecture === 'x86_64') checkComplete(numbers);
  write(architecture, numbers);
}
