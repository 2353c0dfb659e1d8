/** Whether a backend works here. */
export interface NetworkBackendProbe {
  readonly available: boolean;
  /** What was found, or why it is not available. */
  readonly reason: string;
  /** What to do about that. */
  readonly fix: string | undefined;
}
