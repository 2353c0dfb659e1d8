import { syscallNumber } from '../../syscalls/syscall-table.ts';
import { type Aftermath, aftermathOf, MSG_NOSIGNAL, SEND_FLAGS_ARG } from '../effects.ts';
import { isRestarted } from '../eintr.ts';
import { ERRNO, type ErrnoWord, errnoNumber, errnoWord, readErrno } from '../errno-word.ts';
import type { TextForm } from '../json-form.ts';
import type { FaultKind } from './kind.ts';
import type { Effect, Moment } from './moment.ts';

const SIGPIPE = 13;
const SHUT_RDWR = 2;

/** `error=ERRNO`: the call does not happen, and the error is reported; with what the kernel would leave behind. */
export const error: FaultKind<'error', ErrnoWord, TextForm> = {
  word: 'error',
  read: readErrno,
  print: String,
  json: { key: 'error', form: ERRNO },
  call: 'prevented',
  isEarly: () => true,
  ofFault: true,
  apply: injectError,
};

/** The effect of such an error, for what fails by one without being asked for it by this word. */
export function injectError(errno: ErrnoWord, moment: Moment): Effect | undefined {
  const number = errnoNumber(errno);
  const aftermaths =
    moment.semantics === 'strace' ? [] : aftermathOf(moment.facts.name, errnoWord(errno), moment.facts.fdKind);
  let effect: Effect | undefined = { entry: { result: -number } };
  for (const aftermath of aftermaths) effect = effect && AFTERMATHS[aftermath](effect, number, moment);
  return effect;
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
