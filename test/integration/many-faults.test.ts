import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { emptyDirectory, renacer } from '../support/renacer.ts';

/** `npm run bench:memory` does it ten million times, and measures. */
const FAULTS = 15_000;

it('of very many faults the first and the last are kept, the others counted; a recording has them all', () => {
  const directory = emptyDirectory();
  const [report, record] = ['report.json', 'faults.jsonl'].map((name) => path.join(directory, name)) as [
    string,
    string,
  ];
  const program = `import os\nfor _ in range(${FAULTS}): os.umask(0)`;
  const rule = ['-e', 'inject=umask:retval=18', '--report', report, '--record', record];
  const { status, stderr } = renacer([...rule, '--', 'python3', '-S', '-c', program]);
  expect(status).toBe(0);
  expect(stderr).toContain(`and ${FAULTS - 8} more, the last: retval=18 at umask #${FAULTS} of task 0`);
  const { faults, omitted_faults: omitted } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly faults: readonly { readonly ordinal: number }[];
    readonly omitted_faults: number;
  };
  expect(omitted).toBe(FAULTS - 11_000);
  expect(faults.map(({ ordinal }) => ordinal)).toEqual([
    ...Array.from({ length: 10_000 }, (_, index) => index + 1),
    ...Array.from({ length: 1000 }, (_, index) => FAULTS - 999 + index),
  ]);
  expect(readFileSync(record, 'utf8').trimEnd().split('\n')).toHaveLength(1 + FAULTS);
  const { status: refused, stderr: reason } = renacer(['replay', report]);
  expect(refused).toBe(125);
  expect(reason).toContain(`the report leaves out ${omitted} faults: run again with --record, and replay that file`);
});
