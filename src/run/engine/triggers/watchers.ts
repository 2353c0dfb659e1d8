import type { TriggerEvent } from '../../../model/scenario.ts';
import { CallTrigger } from './call-trigger.ts';
import type { CallWatcher } from './call-watcher.ts';
import { FileTrigger } from './file-trigger.ts';
import { OutputLines } from './output-lines.ts';
import { SocketTrigger } from './socket-trigger.ts';

/** What looks out for an event at system calls; undefined for one that comes otherwise. */
export function watcherOf(event: TriggerEvent): CallWatcher | undefined {
  switch (event.kind) {
    case 'output':
      return new OutputLines(event.regex, event.stream);
    case 'listen':
    case 'connect':
      return new SocketTrigger(event.kind, event.address);
    case 'file':
      return new FileTrigger(event);
    case 'syscall':
      return new CallTrigger(event.call);
    default:
      return undefined;
  }
}
