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

const shared = {
  // Resolve packages as Node does: `graphql` has a development build, and two builds of it in one process refuse each other.
  ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
};
const usual = { testTimeout: 60_000, hookTimeout: 60_000, execArgv: ['--disable-warning=UNDICI-ES'] };

/** What a terminal shows of runs, whatever they measure. */
const TERMINALS = 'bench/cli/terminal.live.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    projects: [
      // What judges and shows has nothing to do with time: side by side, and before anything is measured.
      {
        ...shared,
        test: {
          ...usual,
          name: 'shown',
          include: ['{reports,docs}/**/*.test.ts', TERMINALS],
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      // Load tests are about time: two files at once would disturb each other on a small machine.
      {
        ...shared,
        test: {
          ...usual,
          name: 'measured',
          include: ['{bench,servers,clients,examples}/**/*.test.ts'],
          exclude: [TERMINALS],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
