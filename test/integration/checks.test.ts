import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Library from '../../src/index.ts';
import { ROOT } from '../support/guests.ts';
import { PYTHON } from '../support/programs.ts';
import { closingLine, emptyDirectory, renacer } from '../support/renacer.ts';

const { ChaosConfig, run } = (await import(path.join(ROOT, 'dist/index.js'))) as typeof Library;

describe('--verify-always', () => {
  it.each([
    ['exit 0', ['true'], /^corrupted: exited with status 0, but its check exited with 4 \(/],
    ['a failure', ['sh', '-c', 'exit 3'], /^corrupted: exited with status 3; then its check exited with 4 \(/],
    ['a crash', ['sh', '-c', 'kill -SEGV $$'], /^corrupted: killed by SIGSEGV; then its check exited with 4 \(/],
  ])('runs after %s', (_name, command, outcome) => {
    const finished = renacer(['--verify-always', 'echo looked; exit 4', '--', ...command]);
    expect(closingLine(finished, 'outcome')).toMatch(outcome);
    expect(closingLine(finished, 'check')).toBe('exited with 4: echo looked; exit 4');
    expect(finished.stderr).toMatch(/^ {14}looked$/m);
    expect(finished.status).toBe(1);
  });

  it('runs after a kill by a rule, in the midst of a write', () => {
    const directory = emptyDirectory();
    const conf = path.join(directory, 'conf');
    writeFileSync(conf, 'old');
    const save = `import os; f = open('conf', 'w'); f.write('new'); f.flush(); os.fsync(f.fileno())`;
    const args = ['-e', 'inject=fsync:kill=before', '--verify-always', 'grep -q old conf', '--', PYTHON, '-c', save];
    const finished = renacer(args, { cwd: directory });
    expect(closingLine(finished, 'outcome')).toMatch(
      /^corrupted: ended by the injected signal SIGKILL, .*; then its check exited with 1/,
    );
  });

  it('runs after a timeout, and a check that passes changes nothing', () => {
    const finished = renacer([
      '--chaos-timeout',
      '1s',
      '--verify-always',
      'true',
      '--',
      'sh',
      '-c',
      'while :; do :; done',
    ]);
    expect(closingLine(finished, 'outcome')).toMatch(/^stopped: timeout of 1 s reached/);
    expect(closingLine(finished, 'check')).toBe('passed: true');
    expect(finished.status).toBe(124);
  });
});

describe('--verify', () => {
  it('says when it was not run, and why', () => {
    const finished = renacer(['--verify', 'true', '--', 'sh', '-c', 'exit 3']);
    expect(closingLine(finished, 'check')).toBe(
      'not run: true (the exit status is 3; --verify-always runs after any end)',
    );
    expect(finished.status).toBe(3);
    const killed = renacer(['-e', 'inject=write:kill=before', '--verify', 'true', '--', 'echo', 'hi']);
    expect(closingLine(killed, 'check')).toMatch(/^not run: true \(the command was killed by SIGKILL; /);
  });

  it('goes with --verify-always: each runs after the ends that it is for', () => {
    const file = path.join(emptyDirectory(), 'report.json');
    renacer(['--verify', 'exit 5', '--verify-always', 'exit 6', '--report', file, '--', 'sh', '-c', 'exit 3']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      outcome: 'corrupted',
      checks: [
        { command: 'exit 5', after: 'success', status: null, output: '', skipped: 'the exit status is 3' },
        { command: 'exit 6', after: 'always', status: 6, output: '', skipped: null },
      ],
    });
  });

  it('is shown as it runs, on the command line', () => {
    const finished = renacer(['--verify', 'echo out; echo err >&2', '--', 'true']);
    expect(finished.stdout).toBe('');
    expect(finished.stderr).toMatch(/^out\nerr\n/m);
    expect(finished.status).toBe(0);
  });

  it('that can not be run has failed, and does not take the run with it', () => {
    const directory = emptyDirectory();
    const finished = renacer(['--verify', 'true', '--', 'rmdir', directory], { cwd: directory });
    expect(closingLine(finished, 'outcome')).toMatch(/^corrupted: exited with status 0, but its check exited with 127/);
    expect(finished.status).toBe(1);
  });

  it('that leaves something running does not keep the run waiting', () => {
    const finished = renacer(['--verify', 'sleep 3600 & echo $!', '--', 'true']);
    expect(closingLine(finished, 'check')).toBe('passed: sleep 3600 & echo $!');
    process.kill(Number(/^\d+$/m.exec(finished.stderr)), 'SIGKILL');
  });
});

describe('in the library', () => {
  it("a check's output is in the result", async () => {
    const result = await run('sh', ['-c', 'exit 2'], {
      verify: 'true',
      verifyAlways: 'echo out; echo err >&2; exit 1',
    });
    expect(result).toMatchObject({
      outcome: 'corrupted',
      exitCode: 2,
      error: { code: 'CHECK_FAILED' },
      checks: [
        { after: 'success', status: undefined, skipped: 'the exit status is 2' },
        { after: 'always', status: 1, output: 'out\nerr\n', skipped: undefined },
      ],
    });
  });

  it('the end of much output is kept', async () => {
    const { checks } = await run('true', [], { verify: 'seq 100000; echo last' });
    expect(checks[0]!.output.length).toBeLessThanOrEqual(64 * 1024);
    expect(checks[0]!.output.endsWith('100000\nlast\n')).toBe(true);
  });

  it('a rule that kills is told as what stopped the command', async () => {
    const chaos = ChaosConfig.new().withRule({ syscall: 'write', kill: 'before' }).build();
    const result = await run('echo', ['hi'], { chaos });
    expect(result).toMatchObject({ outcome: 'stopped', signal: 'SIGKILL', error: { code: 'SIGNAL_INJECTED' } });
    expect(result.decisiveFault).toBe(result.faults[0]);
  });
});
