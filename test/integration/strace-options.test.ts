import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
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
  spawnSync(tracer, [...args, '-o', output, ...command], { cwd, env: ENV, stdio: 'ignore', timeout: 30_000 });
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
    .replace(/st_(a|m|c)time[^,]*\/\*[^*]*\*\/|st_\wtime_nsec=\d+/g, 'TIME');
}

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

  it('with -f on a terminal it is told which tasks are traced, unless -q', () => {
    const script = ['-f', '-e', 'trace=none', 'sh', '-c', '/bin/true; :'];
    expect(renacer(script).stderr).toMatch(/^renacer: Process \d+ attached$/m);
    expect(renacer(['-q', ...script]).stderr).not.toContain('attached');
  });
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
