import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type Reporter, type TestCase, type TestModule, type TestSpecification } from 'vitest/node';
import { aloneIn, type KindName, LONGEST, TEST_KINDS } from './bench/testing/kinds.ts';
import { PATIENCE_MS, PATIENT } from './bench/testing/patience.ts';

/** Prints, at the end of a run, the tests that could not run on this machine, and a line with the counts. */
const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    const tests = modules.flatMap((module) => Array.from(module.children.allTests()));
    const count = (state: string): number => tests.filter((one) => one.result().state === state).length;
    // A file that could not be loaded, or whose setup failed, may have no failed test.
    const failing = (module: TestModule): boolean =>
      Array.from(module.children.allTests(), (test) => test.result().state).includes('failed');
    const broken = modules.filter((module) => module.state() === 'failed' && !failing(module)).length;
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    const lines = [
      ...soakTable(tests),
      ...secondTries(tests),
      ...unavailable(tests),
      `${count('passed')} passed, ${count('failed') + broken + errors.length} failed${skipped}`,
    ];
    // Written after the summary of the default reporter.
    process.once('exit', () => process.stdout.write(`${lines.join('\n')}\n`));
  },
};

/** Lines with each reason why tests could not run here, and their files. */
function unavailable(tests: readonly TestCase[]): string[] {
  const byReason = Map.groupBy(tests, (test) => {
    const result = test.result();
    return result.state === 'skipped' ? result.note : undefined;
  });
  return [...byReason].flatMap(([reason, cases]) => {
    if (reason === undefined) return [];
    const files = new Set(cases.map(({ module }) => module.relativeModuleId));
    return [`${cases.length} unavailable: ${reason}: ${[...files].join(', ')}`];
  });
}

/** Lines with each test that passed only when it was run a second time. */
function secondTries(tests: readonly TestCase[]): string[] {
  return tests
    .filter((test) => test.diagnostic()?.flaky === true)
    .map((test) => `passed at the second try only: ${test.module.relativeModuleId}: ${test.fullName}`);
}

/** Lines with each passed step of a soak, its time and its observation; empty if none ran. */
function soakTable(tests: readonly TestCase[]): string[] {
  const rows = tests.flatMap((test) => {
    const { soak } = test.meta();
    if (soak === undefined) return [];
    return [
      { name: test.name, seconds: `${soak.seconds} s`, seen: soak.seen + (soak.earlier ? ' (passed earlier)' : '') },
    ];
  });
  const width = (column: 'name' | 'seconds'): number => Math.max(...rows.map((row) => row[column].length));
  return rows.map(
    ({ name, seconds, seen }) => `${name.padEnd(width('name'))}  ${seconds.padStart(width('seconds'))}  ${seen}`,
  );
}

/** Begins each group with its longest files; those that share a process stay together, since it ends after the last in a row. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const rank = LONGEST.findIndex((file) => moduleId.endsWith(`/${file}`));
      return rank < 0 ? LONGEST.length : rank;
    };
    const groupOf = ({ project: { config } }: TestSpecification): number =>
      2 * config.sequence.groupOrder + Number(config.isolate);
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => groupOf(a) - groupOf(b) || rankOf(a) - rankOf(b));
  }
}

type TestSettings = TestProjectInlineConfiguration['test'];

/** Threads shared by several files start fastest; a file that needs its own module state is of another kind. */
const shared: TestSettings = { pool: 'threads', isolate: false };
const alone: TestSettings = { fileParallelism: false };
const aside = { maxWorkers: '100%' } as const;
/** Tests that wait for processes leave the cores idle for some of their time. */
const waiting = { maxWorkers: Math.ceil(availableParallelism() * 1.5) };

/**
 * In CI, tests that wait for processes are run a second time if they fail, and the closing lines name them: on a machine that others
 * use too, a time-out may pass. Tests of computations, and of what the instrument measures, never are.
 */
const again = process.env.CI === 'true' ? { retry: 1 } : {};

/** Number of concurrent tests of a file, which mostly wait. */
const AT_ONCE = 4;

/** Settings of each kind of test. Groups run one after the other, so that nothing disturbs tests about time. */
const RUN: Readonly<Record<KindName, TestSettings>> = {
  unit: { ...shared, ...aside, setupFiles: 'bench/testing/offline.ts', sequence: { groupOrder: 0 } },
  live: { ...waiting, ...again, maxConcurrency: AT_ONCE, sequence: { groupOrder: 1 } },
  programs: { ...waiting, ...again, maxConcurrency: AT_ONCE, sequence: { groupOrder: 1 } },
  browser: {
    ...waiting,
    ...again,
    isolate: false,
    setupFiles: 'bench/testing/needs-chromium.ts',
    sequence: { groupOrder: 1 },
  },
  link: {
    ...aside,
    ...again,
    maxConcurrency: 3,
    setupFiles: 'bench/testing/needs-link.ts',
    sequence: { groupOrder: 2 },
  },
  timing: { ...alone, maxConcurrency: AT_ONCE, sequence: { groupOrder: 4 } },
  soak: { ...alone, sequence: { groupOrder: 5 } },
};

/** Group of the files that run alone, of kinds whose others do not. */
const ALONE_GROUP = 3;

interface Part {
  readonly name: string;
  readonly settings: TestSettings;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Parts of a kind that run apart from each other: its files, and those of them that run alone. */
function partsOf(kind: KindName): Part[] {
  const settings = RUN[kind];
  const { include, exclude, alone: apart = [] } = TEST_KINDS[kind];
  const rest = { name: kind, settings, include: [include], exclude: [...exclude, ...apart] };
  if (apart.length === 0) return [rest];
  const last: TestSettings = { ...settings, ...alone, sequence: { groupOrder: ALONE_GROUP } };
  return [rest, { name: aloneIn(kind), settings: last, include: apart, exclude }];
}

// Processes that tests start find their modules compiled by the ones before, which halves their start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('.cache/compiled', import.meta.url));

// Runs that tests start do not judge their trials by what other tests take of the cores; tests of just that say otherwise.
process.env.WIREBENCH_PROC ??= '';

/** Projects of vitest; the soak, which takes hours, only if WIREBENCH_SOAK is set. */
export default defineConfig({
  test: {
    reporters: ['default', closingLine],
    sequence: { sequencer: LongestFirst },
    projects: (Object.keys(RUN) as KindName[])
      .filter((kind) => kind !== 'soak' || process.env.WIREBENCH_SOAK === '1')
      .flatMap(partsOf)
      .map(({ name, settings, include, exclude }) => ({
        // Resolve packages as Node does: `graphql` has a development build, and two builds of it in one process refuse each other.
        ssr: { resolve: { conditions: ['node', 'module-sync'], externalConditions: ['node', 'module-sync'] } },
        test: {
          testTimeout: 2 * PATIENCE_MS,
          hookTimeout: 2 * PATIENCE_MS,
          expect: { poll: PATIENT },
          ...(settings?.pool === 'threads' ? {} : { execArgv: ['--disable-warning=UNDICI-ES'] }),
          ...settings,
          name,
          include: [...include],
          exclude: ['**/node_modules/**', 'reports/runs/**', ...exclude],
        },
      })),
  },
});
