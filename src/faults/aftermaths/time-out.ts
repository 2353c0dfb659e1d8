import { timeOutMs } from '../time-outs.ts';
import { type Aftermath, withEntry } from './aftermath.ts';
import { withSocket } from './borrowed-socket.ts';

/** Calls on sockets that SO_SNDTIMEO is for; SO_RCVTIMEO is for all others. */
const OUTPUT = new Set('connect write writev sendto sendmsg sendmmsg sendfile splice'.split(' '));

/** The error says that the time is over: so it comes when it is. Only a futex that waits for a time can say so. */
export const timeOut: Aftermath = (effect, _, { call, facts, realism }, subject) => {
  const { name } = facts;
  const what = OUTPUT.has(name) ? 'output' : 'input';
  const ms =
    subject?.kind === 'socket'
      ? withSocket(call.task, subject, (sockets, fd) => sockets.timeOutMs(fd, what))
      : timeOutMs(name, call);
  if (ms === undefined) return name === 'futex' && realism !== 'any' ? undefined : effect;
  return facts.situation().nonblocking ? effect : withEntry(effect, { delayMs: ms });
};
