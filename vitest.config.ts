import { defineConfig } from 'vitest/config';

/**
 * `unit` reads src/ directly. `integration` drives the built package (dist/, bin/) against real processes: its files
 * run one after another, because they share one kernel and some of them count what is left on it.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: ['test/support/fast-check-setup.ts'],
          // Nothing is measured here: a busy machine is no failure.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          fileParallelism: false,
          // Real clocks on a shared machine: what fails in CI must fail twice.
          retry: process.env.CI ? 1 : 0,
          // Generous, as nothing is measured by them: files of tests run beside other work, on few processors.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
  },
});
