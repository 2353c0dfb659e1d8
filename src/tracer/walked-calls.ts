import { CALL_FLAG, CAPTURE_KIND, MAX_CAPTURES, NUMBERS, SIZE_FROM } from '../linux/machine-code/stop-block.ts';
import type { WalkedCall, WalkedCapture } from '../linux/stop-walker.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { Capture, Dependence } from '../model/capture.ts';
import type { RecordingPlan } from './recorder.ts';

/** What is longer is left to JavaScript. */
export const MAX_WALKED_BYTES: number = 32 * 1024;
/** So is a string that does not end within so many bytes: nearly all do. */
export const MAX_STRING_BYTES = 256;

/** A call whose every stop is for JavaScript. */
const ASK: WalkedCall = { flags: CALL_FLAG.ask };
const NO_ARGUMENTS = new ArgWords(new Uint32Array(12));

export interface WalkedCallChoice
  extends Pick<RecordingPlan, 'selected' | 'events' | 'timed' | 'captures' | 'stringLimit'> {
  readonly dependenceOf: (nr: number) => Dependence | undefined;
  /** Whether children are followed: the flags of their making are looked at. */
  readonly tree: boolean;
  /** The calls that a policy is asked about, from some count on. */
  readonly armed: ReadonlySet<number>;
}

/** What the stop walker may do of each call by itself, by number. */
export function walkedCalls(choice: WalkedCallChoice): WalkedCall[] {
  return Array.from({ length: NUMBERS }, (_, nr) => {
    const call = walkedCall(nr, choice);
    return choice.armed.has(nr) ? { ...call, flags: call.flags | CALL_FLAG.askAtOrdinal } : call;
  });
}

function walkedCall(
  nr: number,
  { selected, events, timed, captures, stringLimit, ...choice }: WalkedCallChoice,
): WalkedCall {
  if (choice.tree && (nr === SYS.clone || nr === SYS.clone3)) return ASK;
  if (selected === 'none' || (selected !== 'all' && !selected.has(nr))) return { flags: 0 };
  if (!events) return { flags: timed ? CALL_FLAG.awaitsExit : 0 };
  // What depends on an argument is known only then.
  if (choice.dependenceOf(nr)) return ASK;
  const all = captures(nr, NO_ARGUMENTS, 'x86_64');
  const atEntry = walkedCaptures(all, 'entry', stringLimit);
  const atExit = walkedCaptures(all, 'exit', stringLimit);
  if (!atEntry || !atExit) return ASK;
  return { flags: CALL_FLAG.record | CALL_FLAG.awaitsExit, atEntry, atExit };
}

/** Undefined if it can't copy all of them. */
function walkedCaptures(
  captures: readonly Capture[],
  at: Capture['at'],
  stringLimit: number,
): readonly WalkedCapture[] | undefined {
  const walked: WalkedCapture[] = [];
  for (const capture of captures) {
    if (capture.at !== at) continue;
    const copied = walkedCapture(capture, stringLimit);
    if (!copied || copied.limit > MAX_WALKED_BYTES) return undefined;
    walked.push(copied);
  }
  const most = at === 'entry' ? MAX_CAPTURES.atEntry : MAX_CAPTURES.atExit;
  return walked.length <= most ? walked : undefined;
}

/** Plain bytes and short strings are all that it copies; undefined for anything else. */
function walkedCapture(capture: Capture, stringLimit: number): WalkedCapture | undefined {
  const { arg } = capture;
  if (capture.kind === 'string') {
    const limit = capture.path ? MAX_STRING_BYTES : Math.min(stringLimit + 1, MAX_STRING_BYTES);
    return { kind: CAPTURE_KIND.string, arg, limit };
  }
  if (capture.kind !== 'bytes') return undefined;
  const { size, text } = capture;
  if (typeof size === 'number') {
    // It is all that is captured; a text of constant size would have two limits.
    return text ? undefined : { kind: CAPTURE_KIND.bytes, arg, sizeFrom: SIZE_FROM.limit, limit: size };
  }
  if ('pointedBy' in size) return undefined;
  const { times = 1 } = size;
  const limit = text ? stringLimit : MAX_WALKED_BYTES;
  if ('result' in size) {
    return { kind: text ? CAPTURE_KIND.text : CAPTURE_KIND.bytes, arg, sizeFrom: SIZE_FROM.result, times, limit };
  }
  // A negative one would be taken for a long text; a long one times another number may have more than 64 bits.
  if (size.int ? text : times !== 1) return undefined;
  const kind = size.int ? CAPTURE_KIND.bytes | CAPTURE_KIND.int : text ? CAPTURE_KIND.text : CAPTURE_KIND.bytes;
  return { kind, arg, sizeFrom: size.arg, times, limit };
}
