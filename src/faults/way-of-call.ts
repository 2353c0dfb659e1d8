import type { CallFacts } from './call-facts.ts';

/** Of calls that do several things, the argument that says which. */
const OPERATIONS: Readonly<Record<string, number>> = { futex: 1, fcntl: 1, ioctl: 1, epoll_ctl: 1 };
const FUTEX_COMMAND = 0x7f;

/**
 * In which way a call is made, as far as it decides what the kernel could do to it: `socket, non-blocking`,
 * `operation 0, may wait, until a time`. What was injected into a call made in one way may be impossible in another.
 */
export function wayOf(facts: CallFacts): string {
  const { fdKind, nonblocking, canBlock, hasTimeout } = facts.situation();
  const operation = operationOf(facts);
  return [
    ...(operation === undefined ? [] : [`operation ${operation}`]),
    ...(fdKind === undefined ? [] : [fdKind]),
    ...(nonblocking ? ['non-blocking'] : []),
    ...(canBlock ? ['may wait'] : []),
    ...(hasTimeout ? ['until a time'] : []),
  ].join(', ');
}

function operationOf({ name, call }: CallFacts): number | undefined {
  const arg = OPERATIONS[name];
  if (arg === undefined) return undefined;
  return name === 'futex' ? call.args.u32(arg) & FUTEX_COMMAND : call.args.u32(arg);
}
