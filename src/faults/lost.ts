import type { FdKind } from './selector.ts';

/**
 * What stands in for a call whose effect is lost, so that the caller can't tell at once:
 * - `advance`: the offset of the file moves as if so many bytes were written (lseek), and their number is returned;
 *   beyond the end they read as zeroes later, within it as what was there
 * - `count`: nothing is done, and the number of bytes is returned
 * - `zero`: nothing is done, and 0 is returned
 * - `take-back`: it is done, which moves the offsets of both its files, and what was written is taken back
 */
export type LostForm = 'advance' | 'count' | 'zero' | 'take-back';

interface LostCall {
  readonly form: LostForm;
  /** Where a loss is silent; undefined for any descriptor. */
  readonly fdKinds?: readonly FdKind[];
}

const LOST_CALLS: Readonly<Record<string, LostCall>> = {
  write: { form: 'advance', fdKinds: ['file'] },
  writev: { form: 'advance', fdKinds: ['file'] },
  pwrite64: { form: 'count', fdKinds: ['file'] },
  pwritev: { form: 'count', fdKinds: ['file'] },
  pwritev2: { form: 'count', fdKinds: ['file'] },
  copy_file_range: { form: 'take-back', fdKinds: ['file'] },
  sendfile: { form: 'take-back', fdKinds: ['file'] },
  splice: { form: 'take-back', fdKinds: ['file'] },
  sendto: { form: 'count', fdKinds: ['socket'] },
  sendmsg: { form: 'count', fdKinds: ['socket'] },
  fsync: { form: 'zero' },
  fdatasync: { form: 'zero' },
  sync_file_range: { form: 'zero' },
  syncfs: { form: 'zero' },
  msync: { form: 'zero' },
  utimensat: { form: 'zero' },
};

/** How this call loses its effect unseen, or undefined if the caller would notice. Of sockets only datagram ones do. */
export function lostForm(syscall: string, fdKind: FdKind | undefined): LostForm | undefined {
  const call = LOST_CALLS[syscall];
  if (call === undefined) return undefined;
  if (call.fdKinds !== undefined && (fdKind === undefined || !call.fdKinds.includes(fdKind))) return undefined;
  return call.form;
}
