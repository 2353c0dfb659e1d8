import { parseSyscallSet } from '../syscalls/select.ts';
import { MISSING, notHere } from './missing-options.ts';
import type { TraceDraft } from './trace-settings.ts';
import { descriptorSet, descriptorWishes, quietMessages, setOf, signalSet, statuses } from './trace-values.ts';

/** `-e`, by the part before the equals sign. Anything else is the business of {@link parseExpressions}. */
export function expression(draft: TraceDraft, text: string): void {
  const [, qualifier, value = ''] = /^([a-z-]+)=(.*)$/s.exec(text) ?? [];
  switch (qualifier) {
    case 'status':
      draft.statuses = statuses('-e status', value);
      break;
    case 'signal':
    case 'signals':
    case 's':
      draft.signals = signalSet('-e signal', value);
      break;
    case 'quiet':
    case 'silent':
    case 'silence':
    case 'q':
      draft.quiet = quietMessages('-e quiet', value);
      break;
    case 'raw':
    case 'x':
      draft.raw = parseSyscallSet(value);
      break;
    case 'abbrev':
    case 'a':
      draft.whole = parseSyscallSet(`!${value}`);
      break;
    case 'verbose':
    case 'v':
      draft.dereferenced = parseSyscallSet(value);
      break;
    case 'decode-fds':
    case 'decode-fd':
      draft.decodeFds = descriptorWishes('-e decode-fds', value);
      break;
    case 'decode-pids':
    case 'decode-pid':
      draft.processNames = processWishes('-e decode-pids', value);
      break;
    case 'read':
    case 'reads':
    case 'r':
      draft.dumps = { ...draft.dumps, read: descriptorSet('-e read', value) };
      break;
    case 'write':
    case 'writes':
    case 'w':
      draft.dumps = { ...draft.dumps, write: descriptorSet('-e write', value) };
      break;
    case 'trace-fds':
    case 'trace-fd':
    case 'fds':
    case 'fd':
      draft.descriptors = descriptorSet('-e trace-fds', value);
      break;
    case 'kvm':
    case 'secontext':
    case 'namespace':
      throw notHere(`-e ${qualifier}`, MISSING[qualifier]);
    default:
      draft.expressions = [...draft.expressions, text];
  }
}

function processWishes(option: string, text: string): boolean {
  const wishes = setOf(option, text, ['comm', 'pidns']);
  if (wishes.has('pidns')) throw notHere(`${option}=pidns`, MISSING.pidns);
  return wishes.has('comm');
}
