import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

/** Closes the run with its counts on a line of their own. */
const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    const tests = modules.flatMap((module) => Array.from(module.children.allTests(), (test) => test.result().state));
    const count = (state: string): number => tests.filter((one) => one === state).length;
    // A file that could not be read, or whose preparations failed, may have no test that failed.
    const failing = (module: TestModule): boolean =>
      Array.from(module.children.allTests(), (test) => test.result().state).includes('failed');
    const broken = modules.filter((module) => module.state() === 'failed' && !failing(module)).length;
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    const line = `${count('passed')} passed, ${count('failed') + broken + errors.length} failed${skipped}`;
    // After the usual reporter's own summary.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  },
};

export default defineConfig({
  // Resolve packages as Node does: `graphql` has a development build, and two builds of it in one process refuse each other.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
  test: {
    include: ['{bench,servers,clients,reports,docs}/**/*.test.ts'],
    reporters: ['default', closingLine],
    // Load tests are about time: two files at once would disturb each other on a small machine.
    fileParallelism: false,
    testTimeout: 60_000,
    execArgv: ['--disable-warning=UNDICI-ES'],
  },
});
