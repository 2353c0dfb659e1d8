import { describe, expect, it } from 'vitest';
import { NO_HANDLERS } from '../../../../../src/campaign/sweep/case-result.ts';
import { causeOf } from '../../../../../src/campaign/sweep/finding/cause.ts';
import { FilesOfCalls } from '../../../../../src/campaign/sweep/finding/files-of-calls.ts';
import type { CaseFault, Site } from '../../../../../src/model/sweep.ts';
import { frame, run } from '../../../../support/recorded-runs.ts';

const fault: CaseFault = {
  ...{ task: '0', syscall: 'read', ordinal: 1, site: 's', occurrence: 1 },
  ...{ way: 'once', fault: 'error=EIO' },
};
const verdict = { class: 'corrupted', reason: 'stdout differs', evidence: [], notes: [] } as const;
const result = { class: 'corrupted', verdict, durationMs: 1, reached: true, handlers: NO_HANDLERS } as const;

function causeIn(program: string, file: string | undefined): { key: string; id: string } {
  const stack = [frame('fill', 1, program), frame('main', 1, program)];
  const site: Site = { id: 's', program, syscall: 'read', stack, handlerOf: undefined };
  return causeOf(fault, site, result, file);
}

describe('the cause of a finding', () => {
  it('is the function that takes a failure badly, whatever the file is', () => {
    expect(causeIn('/bin/prog', 'a')).toEqual(causeIn('/bin/prog', 'b'));
  });

  it('is in a script the file, too', () => {
    const [a, b, none] = ['a', 'b', undefined].map((file) => causeIn('/usr/bin/perl', file));
    expect(new Set([a!.key, b!.key, none!.key]).size).toBe(3);
    expect(new Set([a!.id, b!.id, none!.id]).size).toBe(3);
  });
});

describe('the file of a call', () => {
  const input = import.meta.dirname;
  const files = new FilesOfCalls(
    run(
      [],
      [
        { paths: [`${input}/cause.test.ts`] },
        { paths: ['pipe:[77]'] },
        { paths: [`${input}/new.tmp`, `${input}/cause.test.ts`] },
        { paths: ['/memfd:stdout (deleted)'] },
      ],
    ),
    input,
  );
  const at = (ordinal: number) => ({ ...fault, ordinal });

  it('is called from the work directory on; pipes have none', () => {
    expect([1, 2, 3, 4, 5].map((ordinal) => files.of(at(ordinal)))).toEqual([
      'cause.test.ts',
      undefined,
      'new.tmp, cause.test.ts',
      'stdout',
      undefined,
    ]);
  });

  it('is of the input if it is there before the command is', () => {
    expect([1, 3, 4].map((ordinal) => files.ofInput(at(ordinal)))).toEqual([
      'cause.test.ts',
      'cause.test.ts',
      undefined,
    ]);
  });
});
