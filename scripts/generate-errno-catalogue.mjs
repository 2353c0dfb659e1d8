// Generates src/faults/errno-catalogue.generated.ts from the manual pages that are installed
// here (Debian: manpages-dev) and the kernel's list of system calls (linux-libc-dev). Run it by hand when the pages change:
//     node scripts/generate-errno-catalogue.mjs
// Only names go into the catalogue: which errno the ERRORS section of a system call's page names.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const PAGES = '/usr/share/man/man2';
const NUMBERS = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
const ERRNO_HEADERS = ['/usr/include/asm-generic/errno-base.h', '/usr/include/asm-generic/errno.h'];
const OUTPUT = new URL('../src/faults/errno-catalogue.generated.ts', import.meta.url);

/** What a page calls a system call, where it is not the kernel's name. */
const FUNCTION_NAMES = {
  exit: '_exit',
  fadvise64: 'posix_fadvise',
  newfstatat: 'fstatat',
  pread64: 'pread',
  prlimit64: 'prlimit',
  pselect6: 'pselect',
  pwrite64: 'pwrite',
  rt_sigaction: 'sigaction',
  rt_sigpending: 'sigpending',
  rt_sigprocmask: 'sigprocmask',
  rt_sigsuspend: 'sigsuspend',
  rt_sigtimedwait: 'sigtimedwait',
};

/** Pages that say "as for X(2)" in words, and calls without errors of their own that go the same way in the kernel. */
const ALSO_ERRORS_OF = {
  readv: ['read'],
  writev: ['write'],
  pread64: ['read', 'lseek'],
  pwrite64: ['write', 'lseek'],
  preadv: ['read', 'lseek'],
  preadv2: ['read', 'lseek'],
  pwritev: ['write', 'lseek'],
  pwritev2: ['write', 'lseek'],
  recvmmsg: ['recvmsg'],
  sendmmsg: ['sendmsg'],
  vfork: ['fork'],
  wait4: ['waitpid'],
};

/** Named outside an ERRORS section: brk(2), RETURN VALUE. */
const ELSEWHERE = { brk: ['ENOMEM'] };

/** Other names of the same number on x86. */
const ALIASES = { EWOULDBLOCK: 'EAGAIN', EDEADLOCK: 'EDEADLK', ENOTSUP: 'EOPNOTSUPP' };

const errnos = new Set(
  ERRNO_HEADERS.flatMap((header) => [...readFileSync(header, 'utf8').matchAll(/^#define\s+(E\w+)\s+\d+/gm)]).map(
    (m) => m[1],
  ),
);
const syscalls = [...readFileSync(NUMBERS, 'utf8').matchAll(/__NR_(\w+) \d+/g)].map((match) => match[1]);

/** The lines of one section of a page, without comments. */
function sectionOf(page, title) {
  const lines = page.split('\n').filter((line) => !line.startsWith('.\\"'));
  const start = lines.findIndex((line) => new RegExp(`^\\.SH "?${title}"?$`).test(line));
  if (start === -1) return [];
  const length = lines.slice(start + 1).findIndex((line) => line.startsWith('.SH'));
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
}

/** A line of roff as plain words. */
function plain(line) {
  const text = line
    .replace(/^\.(B|BR|RB|I|IR|RI|BI|IB)\s+/, '')
    .replace(/\\f[BIRP]/g, '')
    .replace(/"/g, '');
  return text
    .replace(/\s*\(\s*/g, ' (')
    .replace(/\(\s*\)/g, '()')
    .trim();
}

/** The functions that a remark such as "(openat(), creat())" holds an error to, or undefined if it holds for all. */
function functionsIn(text) {
  const remark = /^\(((?:[a-z_0-9]+ ?\(\),? ?(?:and |or )?)+)(?:only)?\)?/.exec(text);
  return remark === null ? undefined : [...remark[1].matchAll(/[a-z_0-9]+(?= ?\(\))/g)].map((match) => match[0]);
}

/** The entries of an ERRORS section: names, and to which functions they belong. */
function entriesOf(page) {
  const lines = sectionOf(page, 'ERRORS');
  return lines.flatMap((line, i) => {
    if (!/^\.BR? +"?E[A-Z0-9]{2,}/.test(line) || !/^\.T[PQ]/.test(lines[i - 1] ?? '')) return [];
    const tag = plain(line);
    const names = [...tag.matchAll(/\bE[A-Z0-9]{2,}\b/g)]
      .map((m) => ALIASES[m[0]] ?? m[0])
      .filter((name) => errnos.has(name));
    const [remarkOfTag] = /\(.*$/.exec(tag) ?? [''];
    const text = lines
      .slice(i + 1, i + 4)
      .map(plain)
      .join(' ');
    if (/before Linux|to Linux|and earlier|not on linux/i.test(remarkOfTag) || /^\(not on linux/i.test(text)) return [];
    return names.map((name) => ({ name, functions: functionsIn(remarkOfTag) ?? functionsIn(text) }));
  });
}

function errorsOf(syscall) {
  const file = `${PAGES}/${syscall}.2.gz`;
  const found = new Set(ELSEWHERE[syscall] ?? []);
  if (existsSync(file)) {
    let page = gunzipSync(readFileSync(file)).toString('latin1');
    const target = /^\.so (\S+)/.exec(page);
    if (target !== null) page = gunzipSync(readFileSync(`${PAGES}/../${target[1]}.gz`)).toString('latin1');
    const names = [syscall, FUNCTION_NAMES[syscall] ?? syscall];
    for (const { name, functions } of entriesOf(page)) {
      if (functions === undefined || functions.some((each) => names.includes(each))) found.add(name);
    }
  }
  for (const other of ALSO_ERRORS_OF[syscall] ?? []) for (const name of errorsOf(other)) found.add(name);
  return [...found].sort();
}

const table = syscalls
  .map((syscall) => [syscall, errorsOf(syscall)])
  .filter(([, errors]) => errors.length > 0)
  .sort(([a], [b]) => (a < b ? -1 : 1));

writeFileSync(
  OUTPUT,
  `// Generated by scripts/generate-errno-catalogue.mjs from the manual pages of section 2 (man-pages 6.03). Do not edit.

/** One system call a line: its name, and every errno that its manual page names for it. */
export const ERRNO_CATALOGUE: string = \`
${table.map(([syscall, errors]) => `${syscall} ${errors.join(' ')}`).join('\n')}
\`;
`,
);
console.log(`${table.length} system calls, ${table.reduce((sum, [, errors]) => sum + errors.length, 0)} errors`);
