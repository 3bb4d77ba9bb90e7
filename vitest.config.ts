import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Resolve packages as Node does: `graphql` has a development build, and two builds of it in one process refuse each other.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
  test: {
    include: ['{bench,servers,clients,reports,docs}/**/*.test.ts'],
    // Load tests are about time: two files at once would disturb each other on a small machine.
    fileParallelism: false,
    testTimeout: 30_000,
    execArgv: ['--disable-warning=UNDICI-ES'],
  },
});
