import { type Demangler, loadDemangler } from './libc.ts';

/** Undefined: not looked for yet; null: this machine has none. */
let demangler: Demangler | null | undefined;

/**
 * The name of a C++ function as its program has it, by the C++ library's own `__cxa_demangle`: Node.js itself runs with that
 * library. What is not mangled (or can't be undone here) comes back as it is.
 */
export function demangled(name: string): string {
  if (!name.startsWith('_Z')) return name;
  if (demangler === undefined) demangler = loadDemangler() ?? null;
  return demangler?.(name) ?? name;
}
