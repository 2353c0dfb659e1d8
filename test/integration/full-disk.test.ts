import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDirectory, type Finished, RENACER, renacer } from '../support/renacer.ts';

/** What can't be written is told in one line, and changes nothing of the run. */

const isRoot = process.geteuid?.() === 0;
const ENDS_WITH_5 = ['sh', '-c', 'echo begun; sleep 0.2; echo done; exit 5'];

/** Runs Renacer through a shell, so that its files can be any. */
function shell(script: string, cwd?: string): Finished {
  return renacer([], { through: ['sh', '-c', `${script.replaceAll('RENACER', RENACER)} # "$0"`], cwd });
}

/** In a file system of its own with room for `pages` pages, which has a file `report.json` already. */
function onSmallDisk(pages: number, script: string): Finished {
  const directory = emptyDirectory();
  const fill = 'printf old >report.json; cat /dev/zero >filler 2>/dev/null; rm -f spare';
  const spare = pages > 0 ? `dd if=/dev/zero of=spare bs=4096 count=${pages} 2>/dev/null` : ':';
  const mount = `mount -t tmpfs -o size=256k none ${directory} && cd ${directory} && ${spare} && ${fill}`;
  return renacer([], {
    through: ['unshare', '--mount', 'sh', '-c', `${mount}; ${script.replaceAll('RENACER', RENACER)}\n# "$0"`],
  });
}

describe('a full device', () => {
  it.each([
    ['a trace by ptrace', ['-f', '--engine', 'ptrace', '-o', '/dev/full']],
    ['a trace by the kernel', ['-f', '-o', '/dev/full']],
    ['counts', ['-c', '-o', '/dev/full']],
    ['a trace as JSON', ['--format', 'json', '-o', '/dev/full']],
    ['the closing block', ['--chaos-timeout', '50s', '-o', '/dev/full']],
  ])('%s is told to be unwritable once, and the command ends as it would', (_, options) => {
    const { status, stdout, stderr } = renacer([...options, '--', ...ENDS_WITH_5]);
    expect(stdout).toBe('begun\ndone\n');
    expect(stderr).toBe('renacer: -o: can\'t write "/dev/full": no space left on device\n');
    expect(status).toBe(5);
  });

  it('a recording', () => {
    const rule = ['-e', 'inject=mkdir:error=EIO', '--record', '/dev/full'];
    const { status, stderr } = renacer([...rule, '--', 'sh', '-c', 'mkdir a 2>/dev/null; exit 5']);
    expect(stderr).toContain('outcome  failed');
    expect(stderr).toContain('\nrenacer: --record: can\'t write "/dev/full": no space left on device\n');
    expect(status).toBe(5);
  });

  it('a report', () => {
    const { status, stderr } = renacer(['--chaos-timeout', '50s', '--report', '/dev/full', '--', ...ENDS_WITH_5]);
    expect(stderr).toContain('outcome  failed');
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'renacer: --report: can\'t write "/dev/full": no space left on device',
    );
    expect(status).toBe(5);
  });

  it.each([
    ['stderr', 'RENACER -f sh -c "echo done; exit 5" 2>/dev/full'],
    ['stderr, closed', 'RENACER -f sh -c "echo done; exit 5" 2>&-'],
    ['stderr of a run under chaos', 'RENACER --chaos gentle sh -c "echo done; exit 5" 2>/dev/full'],
    ['no file may have a byte', '(ulimit -f 0; RENACER -f -o out sh -c "echo done; exit 5")'],
    ['a report, the same', '(ulimit -f 0; RENACER --chaos-timeout 50s --report out.json sh -c "echo done; exit 5")'],
  ])('%s', (_, script) => {
    const { status, stdout, stderr } = shell(script, emptyDirectory());
    expect(stdout).toBe('done\n');
    expect(stderr).not.toMatch(/defect|at .*:\d+:\d+/);
    expect(status).toBe(5);
  });

  it("a limit of file sizes is still the command's", () => {
    const { status, stderr } = shell('(ulimit -f 0; RENACER -f -o out sh -c "echo x >mine")', emptyDirectory());
    expect(stderr).toContain('renacer: -o: can\'t write "out": file too large (see ulimit -f)');
    // SIGXFSZ, as natively.
    expect(status).toBe(128 + 25);
  });

  it('a pipe that nobody reads', () => {
    const { stdout } = shell('{ RENACER -f sh -c "exit 5" 2>&1 >/dev/null; echo $? >&3; } 3>&1 | true');
    expect(stdout === '' || stdout === '5\n').toBe(true);
  });

  it.each([
    ['--help', 125],
    ['--version', 125],
    ['doctor', 125],
    ['--nope', 125],
  ])('%s with nothing started', (argument, code) => {
    const { status, stderr } = shell(`RENACER ${argument} >/dev/full`);
    if (argument !== '--nope') expect(stderr).toBe("renacer: can't write to stdout: no space left on device\n");
    expect(status).toBe(code);
    expect(shell(`RENACER ${argument} >/dev/full 2>&1`).status).toBe(code);
  });

  it('the reader of --help has seen enough', () => {
    expect(shell('RENACER --help | head -n 1').stderr).toBe('');
  });
});

describe('a report takes the place of the one before in one step', () => {
  const report = (file: string, ...options: string[]): Finished =>
    renacer(['--chaos-timeout', '50s', '--report', file, ...options, '--', 'true']);

  it('through a symbolic link too, with the permissions that it had', () => {
    const directory = emptyDirectory();
    const [file, link] = [path.join(directory, 'report.json'), path.join(directory, 'link')];
    writeFileSync(file, 'old', { mode: 0o640 });
    symlinkSync('report.json', link);
    expect(report(link).status).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ outcome: 'survived' });
    const { stdout } = shell('stat -c "%F %a" link report.json; ls -A', directory);
    expect(stdout).toBe('symbolic link 777\nregular file 640\nlink\nreport.json\n');
  });

  it('a device, a fifo, a link that leads nowhere: in place', () => {
    const directory = emptyDirectory();
    const piped = shell('RENACER --chaos-timeout 50s --report /dev/stdout true 2>/dev/null | cat');
    expect(piped.stdout).toContain('"outcome": "survived"');
    const { stdout } = shell(
      'mkfifo fifo; cat fifo & RENACER --chaos-timeout 50s --report fifo true 2>/dev/null; wait',
      directory,
    );
    expect(stdout).toContain('"outcome": "survived"');
    symlinkSync('new.json', path.join(directory, 'dangling'));
    report(path.join(directory, 'dangling'));
    expect(readFileSync(path.join(directory, 'new.json'), 'utf8')).toContain('"outcome": "survived"');
  });

  it.skipIf(!isRoot)('and stays as it was, if there is no room (root: a file system of its own)', () => {
    const script = `RENACER --chaos-timeout 50s --report report.json sh -c 'exit 5' 2>&1; echo $?; cat report.json; ls -A`;
    const { stdout } = onSmallDisk(0, script);
    expect(stdout).toMatch(/^5\nold/m);
    expect(stdout).toContain('--report: can\'t write "report.json": no space left on device');
    expect(stdout).not.toContain('.renacer-');
  });

  it.skipIf(!isRoot)('a trace in what room there was (root: a file system of its own)', () => {
    const script = `RENACER -f -o trace sh -c 'ls /usr/bin >/dev/null; exit 5' 2>&1; echo $?; wc -c <trace`;
    const { stdout } = onSmallDisk(1, script);
    expect(stdout).toBe('renacer: -o: can\'t write "trace": no space left on device\n5\n4096\n');
  });
});
