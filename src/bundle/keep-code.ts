declare global {
  /** Keeps V8's code of what this thread has used; there is one where a bundle was loaded (bundled.ts). */
  var renacerKeepCode: (() => void) | undefined;
}

/** How bundled code asks its loader, which is no part of the bundle, to keep V8's code of it. Not done twice. */
export function keepCode(): void {
  globalThis.renacerKeepCode?.();
}
