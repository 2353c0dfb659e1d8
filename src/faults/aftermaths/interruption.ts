import { syscallNumber } from '../../syscalls/syscall-table.ts';
import type { StoppedCall } from '../../tracer/policy.ts';
import { linkOf, textOf } from '../descriptor.ts';
import { isRestarted } from '../eintr.ts';
import type { Effect, Moment } from '../kinds/moment.ts';
import { type Aftermath, withSignal } from './aftermath.ts';

const MASK_BYTES = 8;
const SIGUSR1 = 10;

/** Calls that put another signal mask in place while they wait: where its address is; pselect6(2) has it behind another one. */
const MASKS: Readonly<Record<string, (call: StoppedCall) => number>> = {
  rt_sigsuspend: ({ args }) => args.unsigned(0),
  ppoll: ({ args }) => args.unsigned(3),
  epoll_pwait: ({ args }) => args.unsigned(4),
  epoll_pwait2: ({ args }) => args.unsigned(4),
  pselect6(call) {
    const address = call.args.unsigned(5);
    const word = address === 0 ? undefined : call.read(address, MASK_BYTES)?.slice();
    return word?.length === MASK_BYTES ? Number(new DataView(word.buffer).getBigUint64(0, true)) : 0;
  },
};

/**
 * A signal has interrupted the call: its handler runs, if the program has one that does no harm. Where the kernel would
 * restart the call after all handlers that there are, there is no error.
 */
export const interruption: Aftermath = (effect, errno, moment) => {
  const { call, facts, handlers } = moment;
  const restarts = isRestarted(facts.name, facts.fdKind, false);
  if (restarts && handlers.of(call.task) === 'all-restart') return undefined;
  const mask = MASKS[facts.name]?.(call) ?? 0;
  if (mask !== 0) return underMask(effect, errno, mask, moment);
  const signal = handlers.interrupting(
    call.task,
    moment.deliberate,
    restarts,
    (one) => holds(blockedBy(call), one) || opensDebugger(one, call),
  );
  return signal === undefined ? effect : withSignal(effect, signal);
};

/** Under a mask of the call's own only the kernel can have a handler run: by sigsuspend(2), which does nothing else. */
function underMask(effect: Effect, errno: number, address: number, { call, handlers, deliberate }: Moment): Effect {
  const bytes = call.read(address, MASK_BYTES)?.slice();
  if (bytes?.length !== MASK_BYTES) return effect;
  const blocked = new DataView(bytes.buffer).getBigUint64(0, true);
  const signal = handlers.interrupting(
    call.task,
    deliberate,
    false,
    (one) => holds(blocked, one) || opensDebugger(one, call),
  );
  if (signal === undefined) return effect;
  const { result: _, ...entry } = withSignal(effect, signal).entry ?? {};
  return {
    entry: {
      ...entry,
      syscall: syscallNumber('rt_sigsuspend')!,
      args: [
        { index: 0, value: address },
        { index: 1, value: MASK_BYTES },
      ],
      atExit: true,
    },
    exit: () => ({ result: errno }),
  };
}

/** Node.js has a handler of SIGUSR1 of its own. */
function opensDebugger(signal: number, { task }: StoppedCall): boolean {
  return signal === SIGUSR1 && linkOf(`/proc/${task.tgid}/exe`)?.endsWith('/node') === true;
}

/** The signals that a task has blocked. */
function blockedBy({ task }: StoppedCall): bigint {
  const mask = /^SigBlk:\s*([0-9a-f]+)$/m.exec(textOf(`/proc/${task.tid}/status`))?.[1];
  return BigInt(`0x${mask ?? '0'}`);
}

function holds(mask: bigint, signal: number): boolean {
  return ((mask >> BigInt(signal - 1)) & 1n) === 1n;
}
