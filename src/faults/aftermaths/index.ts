import { Descriptor } from '../descriptor.ts';
import { type AftermathName, aftermathsOf } from '../effects.ts';
import type { Effect, Moment } from '../kinds/moment.ts';
import type { Aftermath } from './aftermath.ts';
import { brokenPipe } from './broken-pipe.ts';
import { connecting } from './connecting.ts';
import { deadConnection } from './dead-connection.ts';
import { interruption } from './interruption.ts';
import { dropAccepted, letHappen, oldBreak } from './made-calls.ts';
import { outputs } from './outputs.ts';
import { sigpipe, sigxfsz } from './signals.ts';
import { timeOut } from './time-out.ts';

const AFTERMATHS: Readonly<Record<AftermathName, Aftermath>> = {
  'let-happen': letHappen,
  'old-break': oldBreak,
  'drop-accepted': dropAccepted,
  sigpipe,
  sigxfsz,
  'broken-pipe': brokenPipe,
  'dead-connection': deadConnection,
  interruption,
  outputs,
  'time-out': timeOut,
  connecting,
};

/** Calls with two descriptors, of which the one that is written to is not the first. */
const WRITTEN_ARG: Readonly<Record<string, number>> = { splice: 2, tee: 1, copy_file_range: 2 };

/** The call fails with an error, and leaves behind what the kernel does; undefined where it can't fail so. */
export function failing(errno: number, word: string, moment: Moment): Effect | undefined {
  let effect: Effect | undefined = { entry: { result: -errno } };
  if (moment.semantics === 'strace') return effect;
  const subject = subjectOf(moment, word);
  for (const name of aftermathsOf(moment.facts.name, word, subject?.kind)) {
    effect = effect && AFTERMATHS[name](effect, -errno, moment, subject);
  }
  return effect;
}

/** The descriptor that an error is about: of two that without a reader, or the socket. */
function subjectOf({ call, facts }: Moment, word: string): Descriptor | undefined {
  const index = WRITTEN_ARG[facts.name];
  if (index === undefined) return facts.descriptor;
  const written = new Descriptor(call.task.tid, call.args.i32(index));
  return word === 'EPIPE' || written.kind === 'socket' ? written : facts.descriptor;
}
