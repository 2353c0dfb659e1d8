import { ERRNO_CATALOGUE } from './errno-catalogue.generated.ts';

const bySyscall: ReadonlyMap<string, readonly string[]> = new Map(
  ERRNO_CATALOGUE.trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([syscall, ...errnos]) => [syscall!, errnos]),
);

/** The system calls that the catalogue has an entry for. */
export function cataloguedSyscalls(): string[] {
  return [...bySyscall.keys()];
}

/** Every errno that the manual page of a system call names for it, by the kernel's name of the call; often none. */
export function cataloguedErrors(syscall: string): readonly string[] {
  return bySyscall.get(syscall) ?? [];
}
