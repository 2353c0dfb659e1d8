import { RenacerError } from '../../../model/errors.ts';

/** Why packets can't be intercepted, in words for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const PERMISSION_ERRORS: readonly unknown[] = ['EPERM', 'EACCES'];

export function describeFailure(error: unknown): Failure {
  if (error instanceof RenacerError) return { code: error.code, message: error.message, hint: error.hint ?? '' };
  const reason = error instanceof Error ? error.message : String(error);
  const errno: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  if (PERMISSION_ERRORS.includes(errno)) {
    return {
      code: 'NETWORK_PERMISSION',
      message: `the packets of the command can't be intercepted without CAP_NET_ADMIN and CAP_NET_RAW (${reason})`,
      hint: 'Run as root; in a container, add --cap-add NET_ADMIN.',
    };
  }
  return {
    code: 'NETWORK_UNSUPPORTED',
    message: `this kernel can't intercept the packets of the command (${reason})`,
    hint: 'Linux 5.13 or later is needed, with nf_tables, nft_socket, nft_ct, nfnetlink_queue and conntrack labels.',
  };
}
