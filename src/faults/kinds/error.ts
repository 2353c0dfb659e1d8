import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { type Aftermath, aftermathOf, MSG_NOSIGNAL, SEND_FLAGS_ARG } from '../effects.ts';
import { isRestarted } from '../eintr.ts';
import type { CallFault } from '../rule.ts';
import { errnoByName, errnoName } from '../strace-names.ts';
import type { Effect, FaultKind, Moment } from './effect.ts';

const SIGPIPE = 13;
const SHUT_RDWR = 2;

/** `error=ERRNO`: the call does not happen, and the error is reported; with what the kernel would leave behind. */
export const error: FaultKind<Extract<CallFault, { kind: 'error' }>> = ({ errno }, moment) => {
  const number = errnoNumber(errno);
  const aftermaths =
    moment.semantics === 'strace' ? [] : aftermathOf(moment.facts.name, errnoWord(errno), moment.facts.fdKind);
  let effect: Effect | undefined = { entry: { result: -number } };
  for (const aftermath of aftermaths) effect = effect && AFTERMATHS[aftermath](effect, number, moment);
  return effect;
};

export function errnoNumber(errno: string | number): number {
  return typeof errno === 'number' ? errno : errnoByName(errno)!;
}

/** The name of an errno that may be said as a number; empty if it has none. */
export function errnoWord(errno: string | number): string {
  return typeof errno === 'string' ? errno : (errnoName(errno) ?? '');
}

/** How each aftermath changes what is done; undefined where the error can't come at all. */
const AFTERMATHS: Readonly<Record<Aftermath, (effect: Effect, errno: number, moment: Moment) => Effect | undefined>> = {
  'let-happen': (_, errno) => ({ entry: { atExit: true }, exit: () => ({ result: -errno }) }),
  // brk(0) asks for the break and changes nothing.
  'old-break': () => ({ entry: { args: [{ index: 0, value: 0 }], injected: true } }),
  sigpipe: (effect, _, { call, facts }) => {
    const flagsArg = SEND_FLAGS_ARG[facts.name];
    const isQuiet = flagsArg !== undefined && (call.args.u32(flagsArg) & MSG_NOSIGNAL) !== 0;
    return isQuiet ? effect : { ...effect, entry: { ...effect.entry, signals: [SIGPIPE] } };
  },
  'shut-down': (effect, errno, { facts }) => ({
    entry: {
      ...(effect.entry?.signals && { signals: effect.entry.signals }),
      syscall: syscallNumber('shutdown')!,
      args: [
        { index: 0, value: facts.fd! },
        { index: 1, value: SHUT_RDWR },
      ],
      atExit: true,
    },
    exit: () => ({ result: -errno }),
  }),
  'drop-accepted': (_, errno) => ({
    entry: { atExit: true },
    exit: ({ result }) => {
      const fd = result.i32(0);
      if (fd < 0) return undefined;
      return { result: -errno, undo: { syscall: syscallNumber('close')!, args: [fd] } };
    },
  }),
  restart: (effect, _, { call, facts, handlers }) => {
    const restarts = handlers.of(call.task) === 'all-restart' && isRestarted(facts.name, facts.fdKind, false);
    return restarts ? undefined : effect;
  },
};
