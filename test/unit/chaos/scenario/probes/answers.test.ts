import { describe, expect, it } from 'vitest';
import { judgeCommand, judgeFile, judgeHttp, judgeOutput } from '../../../../../src/chaos/scenario/probes/answers.ts';

const command = { kind: 'command', command: 'x' } as const;
const http = { kind: 'http', url: 'http://127.0.0.1/' } as const;
const file = { kind: 'file', path: '/x' } as const;
const output = { kind: 'output', regex: '^ready', stream: undefined, seen: true } as const;
const there = { size: 2048, ageMs: 500, content: 'one\ntwo\n' };

describe('a command', () => {
  it.each([
    [command, 0, '', true, 'exit status 0'],
    [command, 3, 'first\nlast\n', false, 'exit status 3: last'],
    [{ ...command, status: [0, 3] }, 3, '', true, 'exit status 3'],
    [{ ...command, output: '^PONG$' }, 0, 'a\nPONG\n', true, 'exit status 0'],
    [{ ...command, output: 'PONG' }, 0, 'NO\n', false, 'exit status 0, but its output does not match /PONG/: NO'],
    [command, 127, 'sh: 1: x: not found\n', 'unknown', "it can't be run: sh: 1: x: not found"],
    [command, 126, 'sh: 1: x: Permission denied\n', 'unknown', "it can't be run: sh: 1: x: Permission denied"],
    [{ ...command, status: [127] }, 127, '', true, 'exit status 127'],
  ] as const)('%j, which exits with %i and says %j', (question, status, said, ok, text) => {
    expect(judgeCommand(question, { status, output: said })).toEqual({ ok, said: text });
  });

  it('of what it says, a line that is long is cut', () => {
    expect(judgeCommand(command, { status: 1, output: 'x'.repeat(500) }).said).toHaveLength(
      'exit status 1: '.length + 80,
    );
  });
});

describe('an answer by HTTP', () => {
  it.each([
    [http, 200, true],
    [http, 204, true],
    [http, 302, false],
    [http, 503, false],
    [{ ...http, status: [503] }, 503, true],
    [{ ...http, status: [200, 204] }, 299, false],
  ] as const)('%j, which has status %i: %s', (question, status, ok) => {
    expect(judgeHttp(question, { status, body: '' })).toEqual({ ok, said: `status ${status}` });
  });

  it('is judged by its body, too', () => {
    expect(judgeHttp({ ...http, body: '"ok": *true' }, { status: 200, body: '{"ok": true}' }).ok).toBe(true);
    expect(judgeHttp({ ...http, body: 'ok' }, { status: 200, body: 'down' })).toEqual({
      ok: false,
      said: 'status 200, but its body does not match /ok/: down',
    });
  });
});

describe('a file', () => {
  it.each([
    [file, there, true, 'it is there'],
    [file, undefined, false, 'no such file'],
    [{ ...file, exists: false }, undefined, true, 'no such file'],
    [{ ...file, exists: false }, there, false, 'it is there'],
    [{ ...file, size: { min: 2049 } }, there, false, 'its size is 2K'],
    [{ ...file, size: { max: 2048 } }, there, true, 'it is there'],
    [{ ...file, ageMs: { max: 499 } }, there, false, 'it is 500ms old'],
    [{ ...file, ageMs: { min: 500, max: 500 } }, there, true, 'it is there'],
    [{ ...file, content: '^two$' }, there, true, 'it is there'],
    [{ ...file, content: 'three' }, there, false, 'it is there, but its content does not match /three/: two'],
  ] as const)('%j: %j', (question, answer, ok, said) => {
    expect(judgeFile(question, answer)).toEqual({ ok, said });
  });
});

describe('output', () => {
  it('is to be there, or is not to be there', () => {
    expect(judgeOutput(output, 'ready now')).toEqual({ ok: true, said: 'a line matches: ready now' });
    expect(judgeOutput(output, undefined)).toEqual({ ok: false, said: 'no line matches /^ready/' });
    expect(judgeOutput({ ...output, seen: false }, 'ready now').ok).toBe(false);
    expect(judgeOutput({ ...output, seen: false }, undefined).ok).toBe(true);
  });
});
