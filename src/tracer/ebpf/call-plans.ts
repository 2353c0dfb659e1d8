import { ArgWords } from '../../model/arg-words.ts';
import {
  type BehindSize,
  type Capture,
  type CaptureSize,
  type Dependence,
  isLabel,
  MMSGHDR_BYTES,
} from '../../model/capture.ts';
import type { CaptureChoice } from './capture-code.ts';
import {
  ABOVE_INT,
  CAPTURE,
  CAPTURE_BYTES,
  CAPTURE_KIND,
  MAX_CAPTURES,
  MAX_STRING,
  NUMBERS,
  PLAN,
  PLAN_BYTES,
  PLAN_FLAG,
  SIZE_FROM,
  WHEN,
} from './layout.ts';

/** Bytes of a path that the kernel takes, without the NUL. */
const PATH_LIMIT = 4095;
const MANY_PARTS: ReadonlySet<Capture['kind']> = new Set(['strings', 'pointers', 'iovec', 'msghdr']);
/** What is not cut where text is. */
const FIXED: ReadonlySet<Capture['kind']> = new Set(['stack', 'bytes', 'behind', 'mmsghdr']);
/** What has no size of its own. */
const ANY_SIZE = 1;

/** What decoders know of calls, by their numbers. */
export interface CallKnowledge {
  /** What to copy from the task's memory, by arguments too. */
  readonly captures: (nr: number, args: ArgWords) => readonly Capture[];
  /** The argument that decides it. */
  readonly dependenceOf: (nr: number) => Dependence | undefined;
  /** It never comes back, or its arguments are gone when it does. */
  readonly losesArguments: (nr: number) => boolean;
}

/** What is to be seen of the calls. */
export interface CallPlanChoice extends CallKnowledge {
  readonly selected: 'all' | 'none' | ReadonlySet<number>;
  readonly stringLimit: number;
}

const NUMBERS_OF_ALL = Array.from({ length: NUMBERS - 1 }, (_, nr) => nr);

export interface CallPlan {
  readonly nr: number;
  readonly bytes: Uint8Array;
}

/** The plans of all numbers that are asked for, those of other ABIs under the last number. */
export function callPlans(choice: CallPlanChoice): CallPlan[] {
  if (choice.selected === 'none') return [];
  return [
    ...numbersOf(choice).map((nr) => {
      const wanted = capturesAt(choice, nr, choice.dependenceOf(nr)?.otherwise ?? 0);
      return { nr, bytes: planBytes(choice, nr, wanted) };
    }),
    { nr: NUMBERS - 1, bytes: foreignPlan() },
  ];
}

/** The plans of those calls whose captures depend on an argument, by its value. */
export function callVariants(choice: CallPlanChoice): (CallPlan & { readonly value: number })[] {
  return numbersOf(choice)
    .flatMap((nr) => (choice.dependenceOf(nr)?.values ?? []).map((value) => ({ nr, value })))
    .map(({ nr, value }) => ({ nr, value, wanted: capturesAt(choice, nr, value) }))
    .filter(({ wanted }) => wanted.length > 0)
    .map(({ nr, value, wanted }) => ({ nr, value, bytes: planBytes(choice, nr, wanted) }));
}

/** The numbers that have plans of their own. */
function numbersOf({ selected }: CallPlanChoice): readonly number[] {
  if (typeof selected === 'string') return selected === 'all' ? NUMBERS_OF_ALL : [];
  return [...selected].filter((nr) => nr < NUMBERS - 1);
}

/** What programs must be able to do for these plans. */
export function capturesOfPlans(plans: readonly CallPlan[]): CaptureChoice {
  const kinds = new Set<number>();
  let most = 0;
  for (const { bytes } of plans) {
    for (let i = 0; i < MAX_CAPTURES; i++) {
      const kind = bytes[PLAN.captures + i * CAPTURE.bytes + CAPTURE.kind]!;
      if (kind === CAPTURE_KIND.none) break;
      kinds.add(kind);
      most = Math.max(most, i + 1);
    }
  }
  const { strings, pointers, iovec, msghdr } = CAPTURE_KIND;
  const some = (...wanted: number[]): boolean => wanted.some((kind) => kinds.has(kind));
  return { most, vectors: some(strings, pointers), buffers: some(iovec, msghdr) };
}

/** `value`: that of the argument which decides, if one does. */
function capturesAt({ captures, dependenceOf }: CallPlanChoice, nr: number, value: number): readonly Capture[] {
  const dependence = dependenceOf(nr);
  const args = new Uint32Array(12);
  if (dependence) args[2 * dependence.arg] = value;
  return captures(nr, new ArgWords(args)).slice(0, MAX_CAPTURES);
}

function planBytes(choice: CallPlanChoice, nr: number, wanted: readonly Capture[]): Uint8Array {
  const dependence = choice.dependenceOf(nr);
  const bytes = new Uint8Array(PLAN_BYTES);
  const view = new DataView(bytes.buffer);
  const tellEntry = choice.losesArguments(nr) || needsEntry(wanted) ? PLAN_FLAG.tellEntry : 0;
  view.setUint32(PLAN.flags, PLAN_FLAG.selected | tellEntry | (dependence ? PLAN_FLAG.selects : 0), true);
  view.setUint32(PLAN.selector, dependence?.arg ?? 0, true);
  wanted.forEach((capture, index) => {
    putCapture(view, PLAN.captures + index * CAPTURE.bytes, capture, choice.stringLimit);
  });
  return bytes;
}

function foreignPlan(): Uint8Array {
  const bytes = new Uint8Array(PLAN_BYTES);
  new DataView(bytes.buffer).setUint32(PLAN.flags, PLAN_FLAG.selected, true);
  return bytes;
}

/** What the kernel changes, and what has many parts, is captured at the entry or not at all. */
function needsEntry(captures: readonly Capture[]): boolean {
  const filled = new Set(captures.filter(({ at }) => at === 'exit').map(({ arg }) => arg));
  return captures.some(({ at, arg, kind }) => at === 'entry' && (filled.has(arg) || MANY_PARTS.has(kind)));
}

function putCapture(view: DataView, at: number, capture: Capture, stringLimit: number): void {
  // No plan for the kernel asks what numbers are.
  if (isLabel(capture)) return;
  view.setUint8(at + CAPTURE.kind, capture.kind === 'mmsghdr' ? CAPTURE_KIND.bytes : CAPTURE_KIND[capture.kind]);
  view.setUint8(at + CAPTURE.arg, capture.arg);
  view.setUint8(at + CAPTURE.when, capture.at === 'entry' ? WHEN.entry : WHEN.exit);
  view.setUint32(at + CAPTURE.limit, limitOf(capture, stringLimit), true);
  switch (capture.kind) {
    case 'bytes':
      putSize(view, at, capture.size);
      break;
    case 'iovec':
      putSize(view, at, capture.count);
      view.setUint8(at + CAPTURE.detail, capture.data === 'result' ? 1 : 0);
      break;
    case 'msghdr':
      putSize(view, at, ANY_SIZE);
      view.setUint8(at + CAPTURE.detail, capture.data === 'result' ? 1 : 0);
      break;
    case 'mmsghdr':
      // The array alone: what the messages point at is too much for a program in the kernel.
      putSize(view, at, timesBytes(capture.count, MMSGHDR_BYTES));
      break;
    case 'stack':
      putSize(view, at, capture.size);
      view.setUint16(at + CAPTURE.offset, capture.offset, true);
      break;
    case 'behind':
      putBehindSize(view, at, capture.size);
      view.setUint16(at + CAPTURE.offset, capture.offset, true);
      view.setUint8(at + CAPTURE.detail, capture.part);
      break;
  }
}

function limitOf(capture: Capture, stringLimit: number): number {
  if (capture.kind === 'string' && capture.path) return PATH_LIMIT;
  const isText =
    (capture.kind === 'bytes' && capture.text) ||
    (capture.kind === 'behind' && (capture.text || capture.size === 'string')) ||
    !FIXED.has(capture.kind);
  if (!isText) return CAPTURE_BYTES;
  return Math.min(stringLimit, MAX_STRING);
}

function putBehindSize(view: DataView, at: number, size: BehindSize): void {
  if (typeof size === 'number') {
    putSize(view, at, size);
  } else if (size === 'string') {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.string);
  } else {
    view.setUint8(at + CAPTURE.sizeFrom, size.width === 2 ? SIZE_FROM.field2 : SIZE_FROM.field4);
    view.setUint8(at + CAPTURE.sizeArg, size.at);
    view.setUint32(at + CAPTURE.size, size.times ?? 1, true);
  }
}

function timesBytes(count: CaptureSize, bytes: number): CaptureSize {
  if (typeof count === 'number') return count * bytes;
  return 'pointedBy' in count ? count : { ...count, times: bytes };
}

function putSize(view: DataView, at: number, size: CaptureSize): void {
  if (typeof size === 'number') {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.constant);
    view.setUint32(at + CAPTURE.size, size, true);
  } else if ('pointedBy' in size) {
    view.setUint8(at + CAPTURE.sizeFrom, SIZE_FROM.pointedBy);
    view.setUint8(at + CAPTURE.sizeArg, size.pointedBy);
  } else {
    view.setUint8(at + CAPTURE.sizeFrom, 'arg' in size ? SIZE_FROM.arg : SIZE_FROM.result);
    if ('arg' in size) {
      view.setUint8(at + CAPTURE.sizeArg, size.arg);
      view.setUint32(at + CAPTURE.size, size.int ? ABOVE_INT : 0, true);
    }
    view.setUint16(at + CAPTURE.times, size.times ?? 1, true);
  }
}
