import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { RENACER, scratch } from '../support/guests.ts';

interface Use {
  readonly eligible: number;
  readonly fired: number;
  readonly nearest: string | null;
}

const DATA = 'data '.repeat(20_000);

/** A directory with a file of data and a link to a directory. */
function place(): string {
  const directory = scratch();
  writeFileSync(path.join(directory, 'src'), DATA);
  mkdirSync(path.join(directory, 'real'));
  symlinkSync('real', path.join(directory, 'link'));
  return directory;
}

/** Runs a command there under these options; how the first rule fared, what the closing block says, and the exit status. */
function under(options: readonly string[], command: readonly string[], cwd = place()) {
  const report = path.join(cwd, 'report.json');
  const run = spawnSync(RENACER, ['--seed=1', `--report=${report}`, ...options, '--', ...command], {
    cwd,
    encoding: 'utf8',
  });
  const { rules } = JSON.parse(readFileSync(report, 'utf8')) as { rules: Use[] };
  return { ...rules[0]!, block: run.stderr, cwd };
}

const inject = (rule: string, command: readonly string[], cwd?: string) =>
  under(['-e', `inject=${rule}`], command, cwd);
const python = (script: string): string[] => ['python3', '-c', script];

describe('a rule sees every descriptor that a call takes', () => {
  const COPY = python('import os; a = os.open("src", 0); b = os.open("dst", 65); os.copy_file_range(a, b, 10)');
  const EPOLL = python('import select, socket; s = socket.socket(); e = select.epoll(); e.register(s); e.poll(0)');
  it.each([
    ['copy_file_range:error=ENOSPC:path=**/dst', COPY],
    ['copy_file_range:error=ENOSPC:path=src', COPY],
    ['copy_file_range:error=ENOSPC:fd=file', COPY],
    ['copy_file_range:error=ENOSPC:fd=3', COPY],
    ['copy_file_range:error=ENOSPC:fd=4', COPY],
    [
      'sendfile:error=EIO:path=src',
      python('import os; a = os.open("src", 0); b = os.open("dst", 65); os.sendfile(b, a, 0, 9)'),
    ],
    ['dup2:error=EBUSY:fd=17', python('import os; os.dup2(1, 17)')],
    ['dup2:error=EBUSY:fd=1', python('import os; os.dup2(1, 17)')],
    ['mmap:error=ENODEV:path=src', python('import mmap, os; mmap.mmap(os.open("src", 0), 4096, prot=1)')],
    ['epoll_ctl:error=ENOMEM:fd=socket', EPOLL],
    ['epoll_wait:error=EINTR:strace:fd=4', EPOLL],
    [
      'poll:delay_enter=1:fd=socket',
      python('import select, socket; s = socket.socket(); p = select.poll(); p.register(s); p.poll(0)'),
    ],
    ['select,pselect6:delay_enter=1:fd=pipe', python('import os, select; select.select([os.pipe()[0]], [], [], 0)')],
    ['linkat,link:error=EMLINK:path=src', python('import os; os.link("src", "other")')],
    ['openat:error=EIO:path=link/../src', python('import os; d = os.open(".", 0); os.open("src", 0, dir_fd=d)')],
    ['read:error=EIO:path=gone', python('import os; f = os.open("gone", 66); os.unlink("gone"); os.read(f, 1)')],
  ])('%s', (rule, command) => {
    expect(inject(rule, command)).toMatchObject({ fired: 1, nearest: null });
  });
});

describe('a rule takes paths as users write them', () => {
  const WRITE = ['sh', '-c', 'echo hi > o.txt'];
  it.each([
    ['write:error=ENOSPC:path=o.txt', WRITE],
    ['write:error=ENOSPC:path=./o.txt', WRITE],
    ['write:error=ENOSPC:path=real/../o.txt', WRITE],
    ['write:error=ENOSPC:path=*.txt', WRITE],
    ['openat:error=ENOSPC:path=o.txt', WRITE],
    ['openat:error=ENOSPC:path=o.txt', ['sh', '-c', 'cd real; echo hi > ../o.txt']],
    ['write:error=ENOSPC:path=real/o.txt', ['sh', '-c', 'cd link; echo hi > o.txt']],
    ['write:error=ENOSPC:path=link/o.txt', ['sh', '-c', 'echo hi > real/o.txt']],
    ['openat:error=ENOSPC:path=link/*', ['sh', '-c', 'echo hi > real/o.txt']],
    ['mkdir:error=ENOSPC:path=link/new', ['mkdir', 'real/new']],
    ['execve:error=EACCES:path=tool', python('import os\ntry: os.execv("./tool", ["tool"])\nexcept OSError: pass')],
  ])('%s for %j', (rule, command) => {
    expect(inject(rule, command).fired).toBe(1);
  });

  it('and leaves other files alone', () => {
    const { fired, cwd } = inject('write:error=ENOSPC:path=o.txt', ['sh', '-c', 'cd real; echo hi > o.txt']);
    expect([fired, readFileSync(path.join(cwd, 'real/o.txt'), 'utf8')]).toEqual([0, 'hi\n']);
  });
});

describe('a lost write', () => {
  it.each([
    ['copy_file_range', 'while os.copy_file_range(a, b, 30000): pass'],
    ['sendfile', 'while os.sendfile(b, a, None, 30000): pass'],
    [
      'splice',
      'r, w = os.pipe(); os.write(w, b"x" * 500); import ctypes; ctypes.CDLL(None).splice(r, None, b, None, 500, 0)',
    ],
    ['pwritev2', 'os.pwritev(b, [b"x" * 9], 3, os.RWF_SYNC)'],
  ])('by %s ends as one that arrived, and the file is as it was', (_, move) => {
    const cwd = place();
    writeFileSync(path.join(cwd, 'dst'), 'former');
    const script = `import os; a = os.open("src", 0); b = os.open("dst", 2)\n${move}`;
    const { fired } = under(['--chaos-bug', 'lost-write:prob=1:path=dst'], python(script), cwd);
    expect(fired).toBeGreaterThan(0);
    expect(readFileSync(path.join(cwd, 'dst'), 'utf8')).toBe('former');
  });

  it('by cp', () => {
    const { cwd, fired } = under(['--chaos-bug', 'lost-write:prob=1'], ['cp', 'src', 'dst']);
    expect(fired).toBeGreaterThan(0);
    expect(readFileSync(path.join(cwd, 'dst'), 'utf8').replaceAll('\0', '')).toBe('');
  });
});

describe('a rule that never fired says what came nearest', () => {
  const RING = 'import ctypes; ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(256))';
  const MAP = 'import mmap, os; f = os.open("m", 66); os.ftruncate(f, 4096); mmap.mmap(f, 4096)[0] = 65';
  it.each([
    ['openat2:error=EIO:path=src', ['cat', 'src'], 'made instead on it: openat (1)'],
    [
      'write:error=EIO:path=new',
      python('import os; os.pwrite(os.open("new", 65), b"x", 0)'),
      'made instead on it: pwrite64 (1)',
    ],
    ['write:error=EIO:path=m', python(MAP), 'made instead on it: mmap for writing (1)'],
    ['write:error=EIO:path=src', python(RING), 'uses io_uring'],
    ['write:error=EIO:path=conf', ['sh', '-c', 'echo > cnf; echo > real/x'], '2 calls were for other files: '],
    ['write:error=EIO:when=5', ['sh', '-c', 'echo a; echo b; echo c'], 'when=5, and the call was made 3 times'],
    ['write:error=EIO:when=2', ['sh', '-c', '/bin/echo a; /bin/echo b'], 'all tasks together 2: count=tree'],
    ['write:error=EIO:fd=socket', ['sh', '-c', '(echo a | cat) >/dev/null 2>&1'], 'had other descriptors: 1 (pipe)'],
    ['write:error=EIO:comm=cat', ['echo', 'a'], '1 call was made by other programs: echo'],
    ['write:error=EIO:task=0.1', ['echo', 'a'], '1 call was made by other tasks: 0'],
    ['write:error=EIO:arg3==7', ['echo', 'a'], '1 call had other arguments'],
    ['write:error=EIO:after-time=600s', ['echo', 'a'], '1 call came earlier'],
    ['write:after=EIO:result==7', ['echo', 'a'], '1 call had other results: 2'],
    ['write:error=EIO:prob=0', ['echo', 'a'], 'prob=0 chose none of 1 eligible calls'],
    [
      'openat:error=EIO:from=entry:path=**/libc.so.6',
      ['echo', 'a'],
      "1 call came before the program's own entry point",
    ],
    ['read:retval=100:path=src', python('import os; os.read(os.open("src", 0), 9)'), 'not possible at the calls'],
    ['connect:error=EIO', ['true'], 'no such call was made'],
  ])('%s under %j', (rule, command, nearest) => {
    const use = inject(rule, command);
    expect(use).toMatchObject({ fired: 0, nearest: expect.stringContaining(nearest) });
    expect(use.block).toContain(`(never fired: ${use.nearest})`);
  });
});
