import type { ArgumentType, Call, CompletedCall, PrintOptions } from './argument-type.ts';
import { failureText } from './errnos.ts';
import { signatureOf } from './signatures.ts';

/**
 * The arguments that are known when a call is entered: those before the first that the kernel fills. `formatRest`
 * gives the others, with the comma that separates them, when the call has come back.
 */
export function formatEntry(call: Call, options: PrintOptions): string {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  if (options.raw?.has(call.nr)) return argumentWords(call).join(', ');
  let text = '';
  for (let i = 0; i < types.length; i++) {
    const type = types[i]!;
    if (type.when === 'exit') break;
    if (i > 0 && !type.glued) text += ', ';
    text += type.print(call, type.word ?? i, options);
  }
  return text;
}

/** The arguments after those that `formatEntry` gave. */
export function formatRest(call: CompletedCall, options: PrintOptions): string {
  const types = signatureOf(call.nr, call.abi).argumentsOf(call.args);
  if (options.raw?.has(call.nr)) return '';
  let text = '';
  for (let i = firstOutput(types); i < types.length; i++) {
    const type = types[i]!;
    if (i > 0 && !type.glued) text += ', ';
    text += type.print(call, type.word ?? i, options);
  }
  return text;
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
  const texts: string[] = [];
  types.forEach((type, position) => {
    const index = type.word ?? position;
    const isKnown = call.returned || type.when === 'entry';
    const text = isKnown ? type.print(call, index, options) : type.glued ? ']' : call.args.hex(index);
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
  const text = result.text(call, options);
  const note = result.note?.(call, options);
  return note === undefined ? text : `${text} (${note})`;
}

function firstOutput(types: readonly ArgumentType[]): number {
  let i = 0;
  while (i < types.length && types[i]!.when === 'entry') i++;
  return i;
}
