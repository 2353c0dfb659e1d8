import { EXIT_OWN_FAILURE, RenacerError } from '../model/errors.ts';

/** Where nothing can be done without the command, that it can't be found is a failure of our own: 125, as all others, not 127. */
export async function ownFailure<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RenacerError) || error.exitCode === EXIT_OWN_FAILURE) throw error;
    const { code, message, hint, cause } = error;
    throw new RenacerError(code, message, { ...(hint !== undefined && { hint }), cause });
  }
}
