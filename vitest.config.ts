import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Limits are for what hangs, not for what is slow: a busy machine may take ten times as long.
 *
 * Sorted by cost: unit (seconds), contract (messages and files), webview (Chromium), editor (a real VS Code). */
export default defineConfig({
  test: {
    // Left to itself vitest keeps one core for itself, which on a machine of two is half of it.
    maxWorkers: availableParallelism(),
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000 } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'webview',
          include: ['test/webview/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Chromium alone keeps two cores busy: side by side, files take longer.
          fileParallelism: false,
          // A page needs a moment to draw; on a busy machine a longer one.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      {
        test: {
          name: 'editor',
          include: ['test/editor/**/*.editor.test.ts'],
          globalSetup: './test/editor/setup.ts',
          testTimeout: 300_000,
          hookTimeout: 1_200_000,
          expect: { poll: { timeout: 10_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
