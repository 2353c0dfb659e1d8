/** The exit code of Renacer's own failure, as distinct from any result of the target (as in env(1) and timeout(1)). */
export const EXIT_OWN_FAILURE = 125;

export interface RenacerErrorDetails {
  /** What to do about it, one sentence in the user's words. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** 125 unless the command could not be run (126) or was not found (127). */
  readonly exitCode?: number;
}

/**
 * The one error that Renacer throws: for its own failures and for what it was asked that can't be done. A failure of
 * the target is never an error, it is a result.
 *
 * `code` is stable and stands in docs/errors.md; `message` says what was wrong and what is allowed.
 */
export class RenacerError extends Error {
  override readonly name = 'RenacerError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(code: string, message: string, details: RenacerErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? EXIT_OWN_FAILURE;
  }
}
