/** One function of a stack, from where it was stopped (or where it called the one before). */
export interface StackFrame {
  /** The file that the code comes from; `[vdso]`, the map of a compiler at run time, or `[anon]`. */
  readonly file: string;
  /** The function, if the file names it. */
  readonly symbol: string | undefined;
  /** Bytes from the start of the function; 0 without one. */
  readonly offset: number;
  /** Where in the file, as `addr2line -e FILE` takes it; for code that no file has, in memory. */
  readonly address: number;
  /** `main.c:12`, if it was asked for and the file has lines for debuggers. */
  readonly source: string | undefined;
}
