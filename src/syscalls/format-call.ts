import type { ArgumentType, Call, CompletedCall, PrintOptions } from './argument-type.ts';
import { useConstantStyle } from './constant-style.ts';
import { failureText } from './errnos.ts';
import { signatureOf } from './signatures.ts';
import { syscallEntry } from './syscall-table.ts';
import { addressText } from './types/numbers.ts';
import { siginfoText } from './types/siginfo.ts';

/**
 * The arguments that are known when a call is entered: those before the first that the kernel fills. `formatRest`
 * gives the others, with the comma that separates them, when the call has come back.
 */
export function formatEntry(call: Call, options: PrintOptions): string {
  if (options.raw?.has(call.nr)) return argumentWords(call).join(', ');
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return listText(types, 0, firstOutput(types), call, prepared(call.nr, options));
}

/** The arguments after those that `formatEntry` gave. */
export function formatRest(call: CompletedCall, options: PrintOptions): string {
  if (options.raw?.has(call.nr)) return '';
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return listText(types, firstOutput(types), types.length, call, prepared(call.nr, options));
}

/** All arguments of a call that has come back: `3, "abc", 10`. */
export function formatArguments(call: CompletedCall, options: PrintOptions): string {
  return formatEntry(call, options) + formatRest(call, options);
}

/**
 * The arguments of a finished call one by one, in the order in which they are printed. Of a call that never came back,
 * those that the kernel was to fill are given as they were passed.
 */
export function argumentTexts(
  call: CompletedCall & { readonly returned: boolean },
  options: PrintOptions,
): readonly string[] {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  const own = prepared(call.nr, options);
  const texts: string[] = [];
  types.forEach((type, position) => {
    const isKnown = call.returned || type.when === 'entry';
    const text = isKnown
      ? argumentText(type, position, call, own)
      : type.glued
        ? ']'
        : call.args.hex(type.word ?? position);
    if (type.glued && texts.length > 0) texts.push(texts.pop() + text);
    else texts.push(text);
  });
  return texts;
}

/** The words of the arguments as they were passed, in their order. */
export function argumentWords(call: Call): readonly string[] {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  const words = new Set(types.map(({ word }, position) => word ?? position));
  return [...words].sort((a, b) => a - b).map((index) => call.args.hex(index));
}

/** True if arguments remain for `formatRest`: a call that never comes back is cut short there. */
export function hasRest(call: Call): boolean {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return firstOutput(types) < types.length;
}

/** What a call returned: `3`, `0x7f...`, `-1 ENOENT (No such file or directory)`, `1 ([{fd=3, revents=POLLIN}])`. */
export function formatResult(call: CompletedCall, options: PrintOptions): string {
  if (call.errno !== 0) return failureText(call.errno);
  if (options.raw?.has(call.nr)) return call.result.hex(0);
  const { result } = signatureOf(call.nr, call.abi);
  const own = prepared(call.nr, options);
  const text = result.text(call, own);
  const note = isTold(call, own) ? result.note?.(call, own) : undefined;
  return note === undefined ? text : `${text} (${note})`;
}

/** A siginfo_t: `{si_signo=SIGUSR1, si_code=SI_USER, si_pid=1, si_uid=0}`. */
export function formatSiginfo(siginfo: Uint8Array, options: PrintOptions): string {
  useConstantStyle(options.constants);
  return siginfoText(siginfo);
}

function listText(
  types: readonly ArgumentType[],
  from: number,
  to: number,
  call: Call | CompletedCall,
  options: PrintOptions,
): string {
  let text = '';
  for (let i = from; i < to; i++) {
    const type = types[i]!;
    if (i > 0 && !type.glued) text += ', ';
    if (options.argumentNames && !type.glued && !type.named) text += argumentName(call.nr, type.word ?? i);
    text += argumentText(type, i, call, options);
  }
  return text;
}

function argumentText(type: ArgumentType, position: number, call: Call | CompletedCall, options: PrintOptions): string {
  const index = type.word ?? position;
  if (options.dereferenced?.has(call.nr) === false && isStructure(type, index)) {
    return type.glued ? '' : addressText(call.args, index);
  }
  // What is printed at the exit belongs to a call that has come back: formatEntry stops before it.
  return type.print(call as CompletedCall, index, options);
}

/** A note tells what came back in structures: without those there is none. */
function isTold(call: Call, options: PrintOptions): boolean {
  if (options.dereferenced?.has(call.nr) !== false) return true;
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  return !types.some((type, position) => isStructure(type, type.word ?? position));
}

/** What is behind a pointer and no string: it is not printed without `-e verbose=`. */
function isStructure(type: ArgumentType, index: number): boolean {
  if (type.glued) return true;
  const captures = type.capture?.(index) ?? [];
  return captures.some((capture) => capture.kind !== 'string' && !(capture.kind === 'bytes' && capture.text));
}

function argumentName(nr: number, index: number): string {
  const name = syscallEntry(nr)?.args[index]?.name;
  return name === undefined ? '' : `${name}=`;
}

const wholeOnes = new WeakMap<PrintOptions, PrintOptions>();

/** The options as they are for one number; and the style of constants is set. */
function prepared(nr: number, options: PrintOptions): PrintOptions {
  useConstantStyle(options.constants);
  if (options.whole?.has(nr) !== true) return options;
  const known = wholeOnes.get(options);
  if (known !== undefined) return known;
  const whole = { ...options, verbose: true };
  wholeOnes.set(options, whole);
  return whole;
}

function firstOutput(types: readonly ArgumentType[]): number {
  let i = 0;
  while (i < types.length && types[i]!.when === 'entry') i++;
  return i;
}
