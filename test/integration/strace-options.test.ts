import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PATIENCE_MS } from '../support/patience.ts';
import { emptyDirectory, RENACER, ROOT, renacer } from '../support/renacer.ts';

const missing = ['strace'].filter((tool) => spawnSync(tool, ['-V']).error !== undefined);

/** Fewer variables than an array is long that strace prints, the same for both. */
const ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

function directory(): string {
  const made = emptyDirectory();
  writeFileSync(path.join(made, 'plain'), 'text\tand more\n');
  writeFileSync(path.join(made, 'latin'), 'h\xe9llo 1\n', 'latin1');
  symlinkSync('plain', path.join(made, 'link'));
  writeFileSync(
    path.join(made, 'loop.sh'),
    'for i in 1 2; do cat plain >/dev/null; done; cat /nonexistent 2>/dev/null; exit 3',
  );
  return made;
}

function traced(tracer: string, cwd: string, args: readonly string[], command: readonly string[]): string {
  const output = path.join(emptyDirectory(), 'trace');
  spawnSync(tracer, [...args, '-o', output, ...command], { cwd, env: ENV, stdio: 'ignore', timeout: PATIENCE_MS });
  return normalised(readFileSync(output, 'utf8'));
}

/** Without what differs from run to run: ids, addresses, and the digits (not the form) of times. */
function normalised(text: string): string {
  return text
    .replace(/^\d+ +/gm, 'PID ')
    .replace(
      /\b(\d\d:\d\d:\d\d|\d{10})(\.\d+)?(?= )/g,
      (_, whole: string, rest = '') => whole.replace(/\d/g, '9') + rest.replace(/\d/g, '9'),
    )
    .replace(/( {5}\d)(\.\d+)?(?=\)? )/g, (_, _whole, rest = '') => `     9${rest.replace(/\d/g, '9')}`)
    .replace(/<\d+(\.\d+)?>/g, (match) => match.replace(/\d/g, '9'))
    .replace(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .replace(/si_pid=\d+/g, 'si_pid=PID')
    .replace(/ += /g, ' = ')
    .replace(/st_atime=\d+ \/\*[^*]*\*\/, st_atime_nsec=\d+/g, 'ATIME')
    .replace(/_=[^"]*"/g, '_="')
    .replace(/(127\.0\.0\.1|\[::1\]):\d+/g, '$1:PORT')
    .replace(/(port=)"[^"]*"/g, '$1PORT')
    .replace(/htons\(\d+\)/g, 'htons(PORT)')
    .replace(/(socket|pipe|UNIX|UNIX-STREAM|TCP|UDPv6):\[\d+(->\d+)?/g, '$1:[INODE')
    .replace(/renacer-test-\d+/g, 'renacer-test-PID')
    .replace(/\b(pid:|kill\(|pidfd_open\(|getpid\(\) += )\d+/g, '$1PID')
    .replace(/left \{[^}]*\}/g, 'left TIME')
    .replace(/st_(a|m|c)time[^,]*\/\*[^*]*\*\/|st_\wtime_nsec=\d+/g, 'TIME');
}

const DESCRIPTORS = ['/usr/bin/python3', '-S', path.join(ROOT, 'test/guests/descriptors.py')];
const AFTER_START = 'socket,bind,sendmsg,recvmsg,recvfrom,accept4,poll,pselect6,pidfd_open,pwritev,pread64,dup2,kill';
const CAT = ['cat', 'plain', 'latin', '/nonexistent'];

describe.skipIf(missing.length > 0)('the same lines as strace (needs strace)', () => {
  it.each<[string[], string[]]>([
    [['-t', '-e', 'trace=read,exit_group'], CAT],
    [['-tt', '-e', 'trace=read'], CAT],
    [['-ttt', '-e', 'trace=read'], CAT],
    [['-r', '-e', 'trace=read'], CAT],
    [['-rt', '-e', 'trace=read'], CAT],
    [['-T', '-e', 'trace=read'], CAT],
    [['-n', '-e', 'trace=read,close,exit_group'], CAT],
    [['--absolute-timestamps=unix,ms', '-e', 'trace=read'], CAT],
    [['--relative-timestamps=ns', '-e', 'trace=read'], CAT],
    [['--syscall-times=ms', '-e', 'trace=read'], CAT],
    [['-a', '10', '-e', 'trace=read,openat'], CAT],
    [['-x', '-e', 'trace=read,openat'], CAT],
    [['-xx', '-e', 'trace=read,openat'], CAT],
    [['--strings-in-hex=non-ascii-chars', '-e', 'trace=read'], CAT],
    [['-s', '3', '-e', 'trace=read'], CAT],
    [['-e', 'raw=read', '-e', 'trace=read,close'], CAT],
    [['-v', '-e', 'trace=execve,newfstatat,fstat'], CAT],
    [
      ['-v', '-e', 'trace=getdents64'],
      ['ls', '.'],
    ],
    [['-z', '-e', 'trace=openat,exit_group'], CAT],
    [['-Z', '-e', 'trace=openat,exit_group'], CAT],
    [['-e', 'status=unfinished', '-e', 'trace=openat,exit_group'], CAT],
    [['-qq', '-e', 'trace=close'], CAT],
    [['-e', 'quiet=exit', '-e', 'trace=close'], CAT],
    [['-y', '-e', 'trace=openat,read,close,mmap,dup2'], CAT],
    [['-P', 'plain'], CAT],
    [
      ['-P', 'link'],
      ['cat', 'link'],
    ],
    [
      ['-f', '-e', 'signal=none', '-e', 'trace=execve'],
      ['sh', '-c', 'kill -USR1 $$'],
    ],
    [
      ['-f', '-e', 'signal=usr1', '-e', 'trace=none'],
      ['sh', '-c', 'trap : USR1 USR2; kill -USR1 $$; kill -USR2 $$'],
    ],
    [['-e', 'trace=openat@64', '-e', 'trace=/^c[[:alpha:]]{4}$'], CAT],
    [['-e', 'verbose=!fstat,newfstatat', '-e', 'trace=execve,newfstatat,fstat,read'], CAT],
    [['-e', 'abbrev=!execve', '-e', 'trace=execve,newfstatat,fstat'], CAT],
    [['-e', 'read=3', '-e', 'trace=read,close'], CAT],
    [['-e', 'write=all', '-e', 'trace=write,close'], CAT],
    [['-X', 'raw', '-e', 'trace=openat,newfstatat,fstat,mmap,access'], CAT],
    [['-X', 'verbose', '-e', 'trace=openat,newfstatat,fstat,mmap,access'], CAT],
    [
      ['-f', '-X', 'raw', '-e', 'trace=kill'],
      ['sh', '-c', 'trap : USR1; kill -USR1 $$'],
    ],
    [['-y', '-e', `trace=${AFTER_START}`], DESCRIPTORS],
    [['-yy', '-e', `trace=${AFTER_START}`], DESCRIPTORS],
    [['--decode-fds=socket', '-e', `trace=${AFTER_START}`], DESCRIPTORS],
    [['-X', 'verbose', '-e', `trace=${AFTER_START}`], DESCRIPTORS],
    [['-e', 'read=all', '-e', 'write=!1', '-e', `trace=${AFTER_START},write`], DESCRIPTORS],
    [['-Y', '-e', 'trace=kill,pidfd_open,getpid'], DESCRIPTORS],
    [['-e', 'trace=openat', '-e', 'trace=close'], CAT],
    [['-E', 'LC_ALL', '-E', 'B=c', '-v', '-s', '100', '-e', 'trace=execve'], ['env']],
  ])('%j %j', (args, command) => {
    const cwd = directory();
    expect(traced(RENACER, cwd, args, command)).toBe(traced('strace', cwd, args, command));
  });

  it('-c counts the same calls and errors, in the same form', () => {
    const cwd = directory();
    const args = ['-c', '-S', 'name', '-U', 'name,calls,errors'];
    expect(traced(RENACER, cwd, args, CAT)).toBe(traced('strace', cwd, args, CAT));
  });

  it('-ff writes a file a task', () => {
    const [ours, theirs] = [RENACER, 'strace'].map((tracer) => {
      const files = emptyDirectory();
      spawnSync(tracer, ['-ff', '-e', 'trace=execve', '-o', path.join(files, 't'), 'sh', 'loop.sh'], {
        cwd: directory(),
        env: ENV,
      });
      return readdirSync(files)
        .sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)))
        .map((file) => normalised(readFileSync(path.join(files, file), 'utf8')));
    });
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(4);
  });
});

it.skipIf(missing.length > 0)('docs/strace-options.md names every option that strace has', () => {
  const help = spawnSync('strace', ['-h'], { encoding: 'utf8' }).stdout;
  const page = readFileSync(path.join(ROOT, 'docs/strace-options.md'), 'utf8');
  const options = new Set(help.match(/(?<=^ *|, )-(-[a-z-]+[a-z]|[a-zA-Z]+)\b/gm));
  expect([...options].filter((option) => !page.includes(`\`${option}`))).toEqual([]);
});

describe('where the lines go', () => {
  it("-o '|COMMAND': to its stdin; its output is there when Renacer ends", () => {
    const { stdout, status } = renacer(['-o', '|sleep 0.1; tr a-z A-Z', '-e', 'trace=close', 'sh', '-c', 'exit 4']);
    expect(stdout).toMatch(/^CLOSE\(3\)/m);
    expect(stdout).toContain('+++ EXITED WITH 4 +++');
    expect(status).toBe(4);
  });

  it('-A: behind what is in the file', () => {
    const file = path.join(emptyDirectory(), 'trace');
    for (const option of ['-qo', '-qAo']) renacer([option, file, '-e', 'trace=exit_group', 'true']);
    expect(readFileSync(file, 'utf8').match(/exit_group/g)).toHaveLength(2);
  });

  it('-C: the table behind the trace', () => {
    const { stderr } = renacer(['-C', '-e', 'trace=close', 'true']);
    expect(stderr).toMatch(/^close\(3\)[\s\S]*\+\+\+ exited with 0 \+\+\+\n% time[\s\S]*100\.00 .* total\n$/);
  });

  it('--stats-extended: percentiles', () => {
    const { stderr } = renacer(['--stats-extended', 'true']);
    expect(stderr).toMatch(/ p50 +p75 +p90 +p95 +p99 syscall\n/);
  });

  it('-P tells what a path leads to, unless it is not to', () => {
    const link = path.join(directory(), 'link');
    const { stderr } = renacer(['-o', '/dev/null', '-P', link, 'true']);
    expect(stderr).toBe(`renacer: Requested path "${link}" resolved into "${path.dirname(link)}/plain"\n`);
    expect(renacer(['-o', '/dev/null', '--quiet=path-resolution', '-P', link, 'true']).stderr).toBe('');
  });

  it('with -f on a terminal it is told which tasks are traced, unless -q', () => {
    const script = ['-f', '-e', 'trace=none', 'sh', '-c', '/bin/true; :'];
    expect(renacer(script).stderr).toMatch(/^renacer: Process \d+ attached$/m);
    expect(renacer(['-q', ...script]).stderr).not.toContain('attached');
  });
});

describe('what newer versions of strace have', () => {
  it('--trace-fds: calls on these descriptors alone', () => {
    const { stderr } = renacer(['-qq', '--trace-fds=3', 'cat', '/etc/hostname']);
    expect(
      stderr
        .split('\n')
        .slice(0, -1)
        .every((line) => /^\w+\(3\b|, 3, (0|0x\w+)\) +=/.test(line)),
    ).toBe(true);
    expect(stderr).toMatch(/^read\(3/m);
  });

  it('--syscall-limit: so many calls, and the command goes on', () => {
    const { stderr, stdout } = renacer(['--syscall-limit=3', 'echo', 'all the same']);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
    expect(stdout).toBe('all the same\n');
  });

  it('-N: the names of arguments', () => {
    expect(renacer(['-N', '-e', 'trace=close', 'true']).stderr).toMatch(/^close\(fd=3\)/);
  });

  it('--always-show-pid: on every line', () => {
    const lines = renacer(['--always-show-pid', 'true']).stderr.trimEnd().split('\n');
    expect(lines.filter((line) => !/^\d+ +\S/.test(line))).toEqual([]);
  });
});

it('-Y: the name of the task before its lines, and of children that take another', () => {
  const output = path.join(emptyDirectory(), 'trace');
  renacer(['-f', '-Y', '-o', output, '-e', 'trace=execve,wait4,exit_group', 'sh', '-c', 'ls / >/dev/null; :']);
  const text = readFileSync(output, 'utf8');
  expect(text).toMatch(/^\d+<sh> execve\("\S*\/ls"/m);
  expect(text).toMatch(/^\d+<ls> exit_group\(0\b/m);
  expect(text).toMatch(/^\d+<ls> \+\+\+ exited with 0/m);
});

it('-yy: sockets in a network namespace of their own are found there', () => {
  const script = 'import socket; s = socket.socket(); s.bind(("0.0.0.0", 7777)); s.listen()';
  const args = ['-f', '-yy', '-e', 'trace=listen', 'unshare', '-n', '/usr/bin/python3', '-S', '-c', script];
  expect(renacer(args).stderr).toMatch(/^listen\(3<TCP:\[0\.0\.0\.0:7777\]>, \d+\) += 0$/m);
});

it('dumps hold all data, in JSON too', () => {
  const file = path.join(emptyDirectory(), 'big');
  writeFileSync(file, Buffer.alloc(3 * 2 ** 20, 'ab'));
  const args = ['-e', 'read=all', '-e', 'trace=read', 'dd', `if=${file}`, 'bs=4M', 'count=1', 'of=/dev/null'];
  const output = path.join(emptyDirectory(), 'trace');
  renacer(['--format', 'json', '-o', output, ...args]);
  const data = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data?: string[] | null }).data);
  // toEqual takes seconds for so many bytes.
  expect(Buffer.from(data.at(-2)![0]!, 'base64').equals(readFileSync(file))).toBe(true);
});

it('-v: control characters of a terminal', () => {
  const output = path.join(emptyDirectory(), 'trace');
  spawnSync('script', ['-qec', `${RENACER} -v -e trace=ioctl -o ${output} stty -a`, '/dev/null'], {
    timeout: PATIENCE_MS,
  });
  expect(readFileSync(output, 'utf8')).toMatch(
    /TCGETS, \{.*, c_line=N_TTY, c_cc=\[\[VINTR\]=0x3, .*\[18\]=0\]\}\) = 0/,
  );
});

it('--argv0 and -E change what the command sees', () => {
  const { stdout } = renacer([
    '-o',
    '/dev/null',
    '--argv0',
    'other',
    '-E',
    'A=b',
    '-E',
    'HOME',
    'sh',
    '-c',
    'tr "\\0" " " </proc/$$/cmdline | cut -d" " -f1; echo $A $HOME',
  ]);
  expect(stdout).toBe('other\nb\n');
});
