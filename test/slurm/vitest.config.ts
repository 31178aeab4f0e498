import { defineConfig } from 'vitest/config';

/** Not among the tests of `npm test`: it starts daemons, needs root and takes minutes. */
export default defineConfig({
  test: { include: ['test/slurm/*.test.ts'], testTimeout: 600_000, hookTimeout: 180_000 },
});
