import { MSG_NOSIGNAL, SEND_FLAGS_ARG } from '../effects.ts';
import { type Aftermath, withSignal } from './aftermath.ts';

const SIGPIPE = 13;
const SIGXFSZ = 25;

/** There is nobody to write to: SIGPIPE, unless the call says otherwise. */
export const sigpipe: Aftermath = (effect, _, { call, facts }) => {
  const flagsArg = SEND_FLAGS_ARG[facts.name];
  const isQuiet = flagsArg !== undefined && (call.args.u32(flagsArg) & MSG_NOSIGNAL) !== 0;
  return isQuiet ? effect : withSignal(effect, SIGPIPE);
};

/** The file would be larger than RLIMIT_FSIZE. */
export const sigxfsz: Aftermath = (effect) => withSignal(effect, SIGXFSZ);
