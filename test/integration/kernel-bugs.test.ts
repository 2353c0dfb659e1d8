import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUGS } from '../../src/faults/bugs/index.ts';
import { has, RENACER, scratch } from '../support/guests.ts';
import { PYTHON, python, runWith } from '../support/programs.ts';

/** One bug shown by a program: what the script prints with it, and what it prints without. */
interface Shown {
  readonly bug: string;
  readonly script: string;
  readonly with: unknown;
  readonly without: unknown;
}

const FILE = 'import os, sys, json; name = sys.argv[1] + "/file"\n';
const SYSCALL = `
import ctypes, json, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    result = libc.syscall(*args)
    return os.strerror(ctypes.get_errno()) if result < 0 else result
`;

const SHOWN: readonly Shown[] = [
  {
    bug: 'fsync-lies:when=2:path=**/file',
    script: `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT)
said = []
def write(text):
    os.pwrite(f, text, 0)
    try: os.fsync(f); said.append("ok")
    except OSError as e: said.append(e.strerror)
write(b"old"); write(b"newer"); os.fsync(f)
print(json.dumps([said, os.pread(f, 9, 0).decode()]))`,
    with: [['ok', 'Input/output error'], 'old\0\0'],
    without: [['ok', 'ok'], 'newer'],
  },
  {
    bug: 'lost-write:prob=1:path=**/file',
    script: `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT)
print(json.dumps([os.write(f, b"abc"), os.lseek(f, 0, 1), os.pread(f, 9, 0).decode()]))`,
    with: [3, 3, ''],
    without: [3, 3, 'abc'],
  },
  {
    bug: 'close-fails:prob=1:path=**/file',
    script: `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT)
def attempt(what):
    try: what(f); return "ok"
    except OSError as e: return e.strerror
print(json.dumps([attempt(os.close), attempt(os.fstat)]))`,
    with: ['Input/output error', 'Bad file descriptor'],
    without: ['ok', 'Bad file descriptor'],
  },
  {
    bug: 'zero-read:prob=1:path=**/file',
    script: `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT)
os.write(f, b"a" * 12288)
blocks = os.pread(f, 12288, 0)
print(json.dumps(sorted(set(blocks[at:at + 4096].decode()[:2] for at in (0, 4096, 8192)))))`,
    with: ['\0\0', 'aa'],
    without: ['aa'],
  },
  {
    bug: 'stale-read:prob=1:path=**/file',
    script: `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT)
seen = []
for text in (b"old", b"new"):
    os.pwrite(f, text, 0)
    seen.append(os.pread(f, 9, 0).decode())
print(json.dumps(seen))`,
    with: ['old', 'old'],
    without: ['old', 'new'],
  },
  {
    bug: 'spurious-wakeup:prob=1',
    script: `${SYSCALL}
word, time = ctypes.c_int(0), (ctypes.c_long * 2)(0, 20_000_000)
print(json.dumps(call(202, ctypes.byref(word), 128, 0, time, None, 0)))`,
    with: 0,
    without: 'Connection timed out',
  },
  {
    bug: 'spurious-ready:prob=1',
    script: `
import json, select, socket
a, b = socket.socketpair(); a.setblocking(False)
poll = select.poll(); poll.register(a, select.POLLIN)
epoll = select.epoll(); epoll.register(a, select.EPOLLIN)
try: a.recv(1)
except BlockingIOError: nothing = True
ready = [len(poll.poll(20)), len(select.select([a, b], [], [], 0.02)[0]), epoll.poll(0.02) == [(a.fileno(), 1)]]
print(json.dumps([ready, nothing]))`,
    with: [[1, 1, true], true],
    without: [[0, 0, false], true],
  },
  {
    bug: 'eintr-storm:fd=pipe:times=1',
    script: `${SYSCALL}
r, w = os.pipe()
first = call(1, w, b"x", ctypes.c_size_t(1))
print(json.dumps([first, call(0, os.open("/dev/null", 0), ctypes.create_string_buffer(1), ctypes.c_size_t(1))]))`,
    with: ['Interrupted system call', 0],
    without: [1, 0],
  },
  {
    bug: 'accept-aborted:when=1',
    script: `
import json, socket
server = socket.create_server(("127.0.0.1", 0)); said = []
for _ in range(2):
    client = socket.create_connection(server.getsockname()); client.settimeout(120)
    try: server.accept()[0].send(b"hello")
    except OSError as e: said.append(e.strerror)
    try: said.append(client.recv(5).decode())
    except ConnectionResetError: said.append("")
print(json.dumps(said))`,
    with: ['Software caused connection abort', '', 'hello'],
    without: ['hello', 'hello'],
  },
  {
    bug: 'unknown-file-type',
    script: `${SYSCALL}
buffer = ctypes.create_string_buffer(4096)
length = call(217, os.open("/", 0), buffer, ctypes.c_size_t(4096)); at = 0; types = set()
while at < length:
    types.add(buffer.raw[at + 18]); at += int.from_bytes(buffer.raw[at + 16:at + 18], "little")
print(json.dumps([sorted(types)[0], 4 in types, os.path.isdir("/proc")]))`,
    with: [0, false, true],
    without: [4, true, true],
  },
  {
    bug: 'short-getrandom:prob=1',
    script: 'import json, os; print(json.dumps(len(os.getrandom(64))))',
    with: 32,
    without: 64,
  },
  {
    bug: 'clock-jumps-back:by=7200s:when=100+',
    script: `
import json, time
seen = [time.time() for _ in range(300)]
print(json.dumps([round(min(b - a for a, b in zip(seen, seen[1:])) / 3600), time.monotonic() > seen[0]]))`,
    with: [-2, false],
    without: [0, false],
  },
  {
    bug: 'clock-jumps:by=-1d:when=100+',
    script: `
import json, time
seen = [time.time() for _ in range(300)]
print(json.dumps(round(min(b - a for a, b in zip(seen, seen[1:])) / 86400)))`,
    with: -1,
    without: 0,
  },
  {
    bug: 'clock-jumps:to=2038-01-19T03:14:07Z:when=100+',
    script: `
import json, time
seen = [time.time() for _ in range(300)]
print(json.dumps([seen[0] < 2 ** 31, 2 ** 31 - 1 <= seen[-1] < 2 ** 31 + 600, seen[-1] > seen[-200]]))`,
    with: [true, true, true],
    without: [true, false, true],
  },
  {
    bug: 'clock-stands:clock=monotonic:when=100+',
    script: `
import json, time
seen = [time.monotonic_ns() for _ in range(300)]; wall = [time.time_ns() for _ in range(300)]
print(json.dumps([len(set(seen[150:])), len(set(wall)) > 1]))`,
    with: [1, true],
    without: [150, true],
  },
  {
    bug: 'out-of-memory:when=200+',
    script: `${SYSCALL}
import mmap
said = "enough"; kept = []
try:
    for _ in range(300): kept.append(mmap.mmap(-1, 4096))
except OSError as e: said = e.strerror
libc.sbrk.restype = ctypes.c_long
print(json.dumps([said, libc.sbrk(1 << 20) == -1, libc.sbrk(0) > 0]))`,
    with: ['Cannot allocate memory', true, true],
    without: ['enough', false, true],
  },
];

describe('simulated kernel bugs', () => {
  it.each(SHOWN)('$bug: a program notices', async ({ bug, script, ...expected }) => {
    const faulty = await python([bug], script, [scratch()]);
    expect(faulty.value).toEqual(expected.with);
    const name = `bug:${bug.split(':')[0]}`;
    expect(faulty.result.rules.map(({ rule }) => rule)).toEqual([name]);
    expect(faulty.result.faults.filter(({ rule }) => rule === name).length).toBeGreaterThan(0);
    expect((await python([], script, [scratch()])).value).toEqual(expected.without);
  });

  it('each bug is shown here', () => {
    const shown = SHOWN.map(({ bug }) => bug.split(':')[0]);
    expect(new Set([...shown, 'directory-order'])).toEqual(new Set(BUGS.map(({ name }) => name)));
  });

  it('directory-order: another order of the same names, the same one each time', async () => {
    const directory = scratch();
    for (let i = 0; i < 30; i++) writeFileSync(path.join(directory, `file-${i}`), '');
    const script = 'import os, sys, json; print(json.dumps([os.listdir(sys.argv[1]) for _ in (1, 2)]))';
    const [usual] = (await python([], script, [directory])).value as string[][];
    const [first, second] = (await python(['directory-order'], script, [directory])).value as string[][];
    expect(first).toEqual(second);
    expect(first).not.toEqual(usual);
    expect(first!.toSorted()).toEqual(usual!.toSorted());
    const both = await runWith({ bugs: ['directory-order', 'unknown-file-type'] }, ['find', directory, '-type', 'f']);
    expect(both.stdout!.trim().split('\n')).toHaveLength(30);
  });

  it.runIf(has('sqlite3'))('sqlite3 reports a sync that failed, and keeps what was committed before', async () => {
    const file = path.join(scratch(), 'db');
    const insert = (value: number): string[] => [
      'sqlite3',
      file,
      `create table if not exists t(x); insert into t values (${value});`,
    ];
    expect((await runWith({}, insert(1))).outcome).toBe('survived');
    const failed = await runWith({ bugs: ['fsync-lies'] }, insert(2));
    expect(failed.outcome).toBe('failed');
    expect(failed.stderr).toContain('disk I/O error');
    const after = await runWith({}, ['sqlite3', file, 'pragma integrity_check; select x from t']);
    expect(after.stdout).toBe('ok\n1\n');
  });

  it.each(['fsync-lies', 'stale-read:prob=1:path=**/file', 'eintr-storm:fd=pipe', 'directory-order'])(
    '%s: comes again in a replay',
    (bug) => {
      const directory = scratch();
      const script = `${FILE}
f = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC); seen = []
for text in (b"one", b"two", b"three"):
    os.pwrite(f, text, 0); seen.append(os.pread(f, 9, 0).decode())
    try: os.fsync(f)
    except OSError as e: seen.append(e.strerror)
r, w = os.pipe()
for _ in range(20): os.write(w, b"x")
print(json.dumps([seen, os.listdir("/")]))`;
      const recording = path.join(directory, 'recording');
      const command = ['--', PYTHON, '-c', script, directory];
      const first = spawnSync(RENACER, ['--chaos-bug', bug, '--seed', '1', '--record', recording, ...command]);
      const again = spawnSync(RENACER, ['replay', recording]);
      expect(readFileSync(recording, 'utf8').trim().split('\n').length).toBeGreaterThan(1);
      expect([again.status, String(again.stdout)]).toEqual([first.status, String(first.stdout)]);
    },
  );

  it.each([
    ['copy_file_range', 'os.copy_file_range(source, f, 4)'],
    ['sendfile', 'os.sendfile(f, source, None, 4)'],
    ['splice', 'r, w = os.pipe(); os.write(w, b"data"); ctypes.CDLL(None).splice(r, None, f, None, 4, 0)'],
  ])('fsync-lies: what %s wrote is gone as well', async (_, copies) => {
    const script = `import ctypes\n${FILE}
source = os.open(name + "-source", os.O_RDWR | os.O_CREAT); os.write(source, b"data"); os.lseek(source, 0, 0)
f = os.open(name, os.O_RDWR | os.O_CREAT)
${copies}
try: os.fsync(f); said = "ok"
except OSError as e: said = e.strerror
print(json.dumps([said, os.pread(f, 9, 0).decode()]))`;
    expect((await python([], script, [scratch()])).value).toEqual(['ok', 'data']);
    expect((await python(['fsync-lies'], script, [scratch()])).value).toEqual(['Input/output error', '\0\0\0\0']);
  });

  it('close-fails leaves files alone that are only read', async () => {
    const file = path.join(scratch(), 'file');
    writeFileSync(file, 'text');
    const { stdout, outcome, rules } = await runWith({ bugs: ['close-fails:prob=1'] }, ['cat', file]);
    expect([stdout, outcome]).toEqual(['text', 'survived']);
    expect(rules).toMatchObject([{ rule: 'bug:close-fails', eligible: 0, fired: 0 }]);
  });

  it('an unknown bug is refused before anything starts', async () => {
    await expect(runWith({ bugs: ['fsnyc-lies'] }, [PYTHON, '-c', ''])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('bugs[0]: there is no simulated bug "fsnyc-lies" (did you mean "fsync-lies"?)'),
    });
    await expect(runWith({ bugs: ['close-fails:by=1'] }, [PYTHON, '-c', ''])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
