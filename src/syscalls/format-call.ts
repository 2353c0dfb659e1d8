import type { ArgumentType, Call, CompletedCall, PrintOptions } from './argument-type.ts';
import { failureText } from './errnos.ts';
import { signatureOf } from './signatures.ts';

/**
 * The arguments that are known when a call is entered: those before the first that the kernel fills. `formatRest`
 * gives the others, with the comma that separates them, when the call has come back.
 */
export function formatEntry(call: Call, options: PrintOptions): string {
  const types = signatureOf(call.nr).argumentsOf(call.args);
  if (options.raw?.has(call.nr)) return rawArguments(call, types);
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
  const types = signatureOf(call.nr).argumentsOf(call.args);
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

/** True if arguments remain for `formatRest`: a call that never comes back is cut short there. */
export function hasRest(call: Call): boolean {
  const types = signatureOf(call.nr).argumentsOf(call.args);
  return firstOutput(types) < types.length;
}

/** What a call returned: `3`, `0x7f...`, `-1 ENOENT (No such file or directory)`, `1 ([{fd=3, revents=POLLIN}])`. */
export function formatResult(call: CompletedCall, options: PrintOptions): string {
  if (call.errno !== 0) return failureText(call.errno);
  if (options.raw?.has(call.nr)) return call.result.hex(0);
  const { result } = signatureOf(call.nr);
  const text = result.text(call, options);
  const note = result.note?.(call, options);
  return note === undefined ? text : `${text} (${note})`;
}

/** All arguments as numbers, in the order of their words. */
function rawArguments(call: Call, types: readonly ArgumentType[]): string {
  const words = new Set(types.map(({ word }, position) => word ?? position));
  return [...words]
    .sort((a, b) => a - b)
    .map((index) => call.args.hex(index))
    .join(', ');
}

function firstOutput(types: readonly ArgumentType[]): number {
  let i = 0;
  while (i < types.length && types[i]!.when === 'entry') i++;
  return i;
}
