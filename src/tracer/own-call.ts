/** A system call that a task is made to make, and that its program knows nothing of. */
export interface OwnCall {
  readonly syscall: number;
  readonly args: readonly (number | bigint)[];
}
