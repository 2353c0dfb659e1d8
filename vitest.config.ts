import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './test/support/patience.ts';

/**
 * `unit` reads src/ directly. `integration` drives the built package (dist/, bin/) against real processes. Its files run beside
 * one another and beside other runs on the same machine: none may count what is not its own. They wait more than they compute,
 * so there are more of them at once than processors.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/support/fast-check-setup.ts', 'test/support/guests-setup.ts'],
          // To load the modules anew for each file takes longer than the tests.
          isolate: false,
          testTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'examples/**/*.test.ts'],
          setupFiles: ['test/support/guests-setup.ts'],
          // Real clocks on a shared machine: what fails in CI must fail twice.
          retry: process.env.CI ? 1 : 0,
          // Of those in a file that wait.
          maxConcurrency: 10,
          testTimeout: 2 * PATIENCE_MS,
          hookTimeout: 2 * PATIENCE_MS,
          expect: { poll: { timeout: PATIENCE_MS } },
        },
      },
    ],
  },
});
