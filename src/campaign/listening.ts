import type { CampaignListener, CampaignProgress } from '../model/campaign.ts';

/** What a caller of the library listens to, and ends a campaign by. */
interface ListeningOptions<F> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CampaignProgress) => void;
  readonly onFinding?: (finding: F) => void;
}

/** Who listens to a campaign, and may end it: by its signal, or by what a listener throws. */
export class Listening<F> implements CampaignListener<F> {
  thrown: { readonly error: unknown } | undefined;
  readonly #options: ListeningOptions<F>;
  readonly #stop = new AbortController();
  readonly #abort = (): void => this.#stop.abort();

  constructor(options: ListeningOptions<F>) {
    this.#options = options;
    if (options.signal?.aborted) this.#abort();
    options.signal?.addEventListener('abort', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  onProgress(progress: CampaignProgress): void {
    this.#tell(() => this.#options.onProgress?.(progress));
  }

  onFinding(finding: F): void {
    this.#tell(() => this.#options.onFinding?.(finding));
  }

  end(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }

  #tell(call: () => void): void {
    if (this.thrown) return;
    try {
      call();
    } catch (error) {
      this.thrown = { error };
      this.#abort();
    }
  }
}
