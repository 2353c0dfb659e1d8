/** A CPU limit that is ready for the command to start in. */
export interface CpuLimit {
  readonly backend: string;
  start(): void;
  stop(): void;
  /** How long the tree had to wait because of the limit, in µs. */
  throttledUs(): number | undefined;
}
