import type { Descriptor } from '../descriptor.ts';
import { type AftermathName, effectsOn, followsOn } from '../effects.ts';
import type { Effect, Moment } from '../kinds/moment.ts';
import { writtenDescriptor } from '../written-descriptor.ts';
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

/** The call fails with an error, and leaves behind what the kernel does; undefined where it can't fail so. */
export function failing(errno: number, word: string, moment: Moment): Effect | undefined {
  let effect: Effect | undefined = { entry: { result: -errno } };
  if (moment.semantics === 'strace') return effect;
  const effects = effectsOn(moment.facts.name, word);
  // Most errors leave nothing behind: then nobody has to look at the descriptor.
  if (effects.length === 0) return effect;
  const subject = subjectOf(moment, word);
  for (const each of effects) {
    if (followsOn(each, subject)) effect = effect && AFTERMATHS[each.aftermath](effect, -errno, moment, subject);
  }
  return effect;
}

/** The descriptor that an error is about: of two that without a reader, or the socket. */
function subjectOf({ facts }: Moment, word: string): Descriptor | undefined {
  const written = writtenDescriptor(facts);
  return word === 'EPIPE' || written?.kind === 'socket' ? written : facts.descriptor;
}
