/** What is to be undone when a run is over, however it ends: the newest first, as with `AsyncDisposableStack`. */
export class CleanUp {
  readonly #actions: (() => void | Promise<void>)[] = [];

  defer(action: () => void | Promise<void>): void {
    this.#actions.push(action);
  }

  /** Does all of it, even if some of it fails; throws the first error then. */
  async run(): Promise<void> {
    const errors: unknown[] = [];
    for (let action = this.#actions.pop(); action; action = this.#actions.pop()) {
      try {
        await action();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
