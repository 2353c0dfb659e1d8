import type { Capture } from '../model/capture.ts';
import type { ArgumentType, Call, ResultType, Signature } from './argument-type.ts';
import { FILES } from './signatures/files.ts';
import { MEMORY } from './signatures/memory.ts';
import { PROCESSES } from './signatures/processes.ts';
import { SIGNALS } from './signatures/signals.ts';
import { SOCKETS } from './signatures/sockets.ts';
import { SYSTEM } from './signatures/system.ts';
import { TIME } from './signatures/time.ts';
import { type ArgumentKind, syscallEntry, syscallNumber } from './syscall-table.ts';
import { decimalResult, fd, hexadecimal, long, size } from './types/numbers.ts';
import { path } from './types/strings.ts';

/** A signature with what can be worked out once. */
export interface PreparedSignature {
  argumentsOf(args: Call['args']): readonly ArgumentType[];
  capturesOf(args: Call['args']): readonly Capture[];
  readonly result: ResultType;
}

const BY_KIND: Readonly<Record<ArgumentKind, ArgumentType>> = { f: fd, s: path, d: long, u: size, x: hexadecimal };

const SIX_NUMBERS: Signature = { args: [hexadecimal, hexadecimal, hexadecimal, hexadecimal, hexadecimal, hexadecimal] };

const DEFINED = [FILES, MEMORY, PROCESSES, SIGNALS, SOCKETS, SYSTEM, TIME];

const definitions = new Map<number, Signature>();
for (const group of DEFINED) {
  for (const [name, signature] of Object.entries(group)) definitions.set(syscallNumber(name)!, signature);
}

const prepared: (PreparedSignature | undefined)[] = [];
const unknown = prepare(SIX_NUMBERS);

/** The signature of a call: its own, or one by the kinds of its arguments, or for unknown numbers six numbers. */
export function signatureOf(nr: number): PreparedSignature {
  prepared[nr] ??= prepareByNumber(nr);
  return prepared[nr];
}

/** The numbers that have a signature of their own. */
export function definedNumbers(): readonly number[] {
  return [...definitions.keys()];
}

/**
 * What to copy out of the task's memory so that a call can be printed later. It depends on the arguments where the
 * call's own meaning does (ioctl, fcntl, select).
 */
export function capturesOf(nr: number, args: Call['args']): readonly Capture[] {
  return signatureOf(nr).capturesOf(args);
}

function prepareByNumber(nr: number): PreparedSignature {
  const definition = definitions.get(nr);
  if (definition !== undefined) return prepare(definition);
  const entry = syscallEntry(nr);
  return entry === undefined ? unknown : prepare({ args: entry.args.map(({ kind }) => BY_KIND[kind]) });
}

function prepare(signature: Signature): PreparedSignature {
  const { args: types } = signature;
  const result = signature.result ?? decimalResult;
  if (typeof types === 'function') {
    return { result, argumentsOf: types, capturesOf: (args) => capturesOfTypes(types(args)) };
  }
  const captures = capturesOfTypes(types);
  return { result, argumentsOf: () => types, capturesOf: () => captures };
}

function capturesOfTypes(types: readonly ArgumentType[]): readonly Capture[] {
  return types.flatMap((type, position) => type.capture?.(type.word ?? position) ?? []);
}
