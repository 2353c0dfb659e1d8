import { RenacerError } from '../../model/errors.ts';
import type { RunControl, RunStatus } from './run-control.ts';

/** What is said over the socket of a run: a line of words, answered by a line of JSON. */
export type Reply =
  | { readonly ok: true; readonly status?: RunStatus }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** What may be asked, as it is written. */
export const REQUESTS = ['begin PHASE', 'end PHASE', 'status'] as const;
/** Longer ones are no requests. */
export const MAX_REQUEST_BYTES = 4096;

/** Does what a line asks. What can't be done is the answer, in words. */
export async function answer(line: string, control: RunControl): Promise<Reply> {
  const [, word = '', name = ''] = /^\s*(\S*)\s*(.*?)\s*$/.exec(line) ?? [];
  try {
    if (word === 'status' && name === '') return { ok: true, status: control.status() };
    if (word === 'begin' && name !== '') await control.begin(name);
    else if (word === 'end' && name !== '') await control.end(name);
    else return refused('BAD_REQUEST', `not a request: ${JSON.stringify(line)}; allowed: ${REQUESTS.join(', ')}`);
    return { ok: true };
  } catch (error) {
    if (error instanceof RenacerError) return refused(error.code, error.message);
    throw error;
  }
}

export function refused(code: string, message: string): Reply {
  return { ok: false, code, message };
}
