import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { started, states, tracer } from '../support/attached.ts';
import { guest, hasCompiler } from '../support/guests.ts';
import { until } from '../support/limits.ts';

/** A program in all its waits, and what it has said. */
async function waiting() {
  const child = started([guest('waits')]);
  let text = '';
  child.stdout!.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await until(() => text === 'ready\n' && areAll(child.pid, /^S$/));
  return {
    pid: child.pid,
    said: () => text,
    async ended() {
      child.stdin!.end();
      await once(child, 'close');
      return text;
    },
  };
}

const areAll = (pid: number, pattern: RegExp): boolean => states(pid).every((state) => pattern.test(state));

describe.skipIf(!hasCompiler)('a program that waits (needs cc)', () => {
  it.each([
    ['that is traced for a while', ['-e', 'trace=all']],
    ['of which no call is asked for', ['-e', 'trace=none']],
    ['whose calls a rule waits for', ['-e', 'trace=none', '-e', 'inject=getpid:error=EIO']],
  ])('goes on to wait: one %s', async (_, options) => {
    const program = await waiting();
    for (let round = 0; round < 3; round++) {
      const tracing = tracer([...options, '-f', '-p', String(program.pid)]);
      await tracing.shows(/attached/);
      await until(() => areAll(program.pid, /^S\*$/));
      expect(await tracing.ended('SIGINT')).toBe(130);
      await until(() => areAll(program.pid, /^S$/));
    }
    expect(await program.ended()).toBe('ready\n');
  });
});
