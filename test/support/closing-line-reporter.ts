import type { Reporter, TestCase } from 'vitest/node';

/** Prints the line that CI reads: `N passed, N failed, N skipped`, after everything else. */
export default class ClosingLineReporter implements Reporter {
  readonly #count = { passed: 0, failed: 0, skipped: 0 };
  #brokenFiles = 0;

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state !== 'pending') this.#count[state] += 1;
  }

  onTestModuleEnd(module: { errors(): readonly unknown[] }): void {
    if (module.errors().length > 0) this.#brokenFiles += 1;
  }

  onTestRunEnd(_modules: unknown, unhandledErrors: readonly unknown[]): void {
    const { passed, skipped } = this.#count;
    const failed = this.#count.failed + this.#brokenFiles + unhandledErrors.length;
    process.once('exit', () => process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`));
  }
}
