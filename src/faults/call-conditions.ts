import type { CallFacts } from './call-facts.ts';
import { compileArgCondition } from './conditions.ts';
import { compilePath } from './path-matcher.ts';
import type { Selector } from './selector.ts';

/** What of a rule may keep a call from being eligible, in the order in which it is asked: what is cheap comes first. */
export const STAGES = [
  'from',
  'after-time',
  'before-time',
  'arguments',
  'task',
  'fd',
  'comm',
  'path',
  'quirk',
  'result',
] as const;

export type Stage = (typeof STAGES)[number];

/** One condition on a call as it is entered. */
export interface CallCondition {
  readonly stage: Stage;
  holds(facts: CallFacts): boolean;
}

/** The conditions of a selector on a call. `directory`: where relative paths begin. */
export function compileConditions({ args, task, fd, comm, path }: Selector, directory: string): CallCondition[] {
  const conditions: CallCondition[] = (args ?? []).map((argument) => {
    const holds = compileArgCondition(argument);
    return { stage: 'arguments', holds: ({ call }) => holds(call.args) };
  });
  if (task !== undefined) conditions.push({ stage: 'task', holds: ({ call }) => call.task.lineage === task });
  if (typeof fd === 'number') {
    conditions.push({ stage: 'fd', holds: (facts) => facts.descriptors().some((open) => open.fd === fd) });
  } else if (fd !== undefined) {
    conditions.push({ stage: 'fd', holds: (facts) => facts.descriptors().some(({ kind }) => kind === fd) });
  }
  if (comm !== undefined) conditions.push({ stage: 'comm', holds: (facts) => facts.comm() === comm });
  if (path !== undefined) {
    const matches = compilePath(path, directory);
    conditions.push({ stage: 'path', holds: (facts) => facts.paths().some(matches) });
  }
  return conditions;
}
