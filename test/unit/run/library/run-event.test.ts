import { expect, it } from 'vitest';
import { toRunEvent } from '../../../../src/run/library/run-event.ts';

const end = { kind: 'task-end', tid: 7, lineage: '0', time: 1, exitStatus: undefined, coreDumped: false } as const;

it.each([
  [6, 'SIGABRT'],
  [29, 'SIGIO'],
  [32, 'SIGRTMIN'],
  [34, 'SIGRT_2'],
])('signal %i has the name that it has everywhere else: %s', (signal, name) => {
  expect(toRunEvent({ ...end, signal })).toMatchObject({ type: 'exit', signal: name });
});
