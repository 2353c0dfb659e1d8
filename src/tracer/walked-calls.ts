import { CALL_FLAG, NUMBERS, SIZE_FROM } from '../linux/machine-code/stop-block.ts';
import type { WalkedCall } from '../linux/stop-walker.ts';
import { SYS } from '../linux/syscall-numbers.ts';
import { ArgWords } from '../model/arg-words.ts';
import type { Capture, Dependence } from '../model/capture.ts';
import type { RecordingPlan } from './recorder.ts';

/** What is longer is left to JavaScript. */
export const MAX_WALKED_BYTES: number = 32 * 1024;

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
  const recorded = CALL_FLAG.record | CALL_FLAG.awaitsExit;
  const [capture, ...others] = captures(nr, NO_ARGUMENTS, 'x86_64');
  if (capture === undefined) return { flags: recorded };
  const walked = others.length === 0 ? walkedCapture(capture, stringLimit) : undefined;
  if (!walked) return ASK;
  const moment = capture.at === 'entry' ? CALL_FLAG.captureAtEntry : CALL_FLAG.captureAtExit;
  return { ...walked, flags: recorded | moment | walked.flags };
}

/** Plain bytes are all that it copies; undefined for anything else. */
function walkedCapture(capture: Capture, stringLimit: number): WalkedCall | undefined {
  if (capture.kind !== 'bytes') return undefined;
  const { arg, size, text } = capture;
  const cut = text === true ? 0 : CALL_FLAG.whole;
  const limit = text === true ? stringLimit : MAX_WALKED_BYTES;
  if (limit > MAX_WALKED_BYTES) return undefined;
  if (typeof size === 'number') {
    // It is all that is captured; a text of constant size would have two limits.
    return text === true || size > MAX_WALKED_BYTES
      ? undefined
      : { flags: 0, arg, sizeFrom: SIZE_FROM.limit, limit: size };
  }
  if ('pointedBy' in size || (size.times ?? 1) !== 1) return undefined;
  return { flags: cut, arg, sizeFrom: 'arg' in size ? size.arg : SIZE_FROM.result, limit };
}
