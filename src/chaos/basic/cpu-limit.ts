/** A CPU limit that is ready for the command to start in. */
export interface CpuLimit {
  readonly backend: string;
  start(): void;
  stop(): void;
  /** From now on; undefined: no limit. */
  change(fraction: number | undefined): void;
  /** How long the tree had to wait because of the limit, in µs. */
  throttledUs(): number | undefined;
}
