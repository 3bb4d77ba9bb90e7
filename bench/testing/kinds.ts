import type { NeedName } from './needs.ts';

export interface TestKind {
  /** Files of this kind. */
  readonly include: string;
  /** Files that `include` matches too and that are of another kind. */
  readonly exclude: readonly string[];
  /** Needs of every test of this kind besides `npm ci`. */
  readonly needs: readonly NeedName[];
  /** Needs of some of its tests only; each test names its own. */
  readonly someNeed: readonly NeedName[];
  /** Files of it that no other file runs beside. */
  readonly alone?: readonly string[];
}

export type KindName = 'unit' | 'live' | 'programs' | 'link' | 'browser' | 'timing' | 'soak';

const suffixed = (kind: KindName, needs: readonly NeedName[] = [], someNeed: readonly NeedName[] = []): TestKind => ({
  include: `**/*.${kind}.test.ts`,
  exclude: [],
  needs,
  someNeed,
});

const linked = suffixed('link', ['privateLink'], ['tshark']);

/**
 * Link tests that compare times, or that count the namespaces of the whole machine. The others count bytes, packets and messages in
 * namespaces of their own.
 */
const LINK_ALONE: readonly string[] = [
  'bench/cli/link.link.test.ts',
  'bench/cli/networks/networks.link.test.ts',
  'bench/run/network/leftovers.link.test.ts',
  'bench/run/network/lines.link.test.ts',
  'bench/run/network/relayed.link.test.ts',
  'bench/run/network/round-trips.link.test.ts',
  'bench/run/own-server.link.test.ts',
  'bench/run/private.link.test.ts',
  'bench/run/recovery/faults.link.test.ts',
  'bench/scenarios/slow.link.test.ts',
];

/** Name of the part of a kind whose files run alone. */
export const aloneIn = (kind: KindName): string => `${kind}-alone`;

/** Tests sorted by what they need of a machine. A file's name says its kind: `x.live.test.ts`; `x.test.ts` is a unit test. */
export const TEST_KINDS: Readonly<Record<KindName, TestKind>> = {
  unit: { include: '**/*.test.ts', exclude: ['**/*.*.test.ts'], needs: [], someNeed: [] },
  live: suffixed('live'),
  programs: suffixed(
    'programs',
    [],
    [
      'firefox',
      'webkit',
      'terminal',
      'privateLink',
      'processTable',
      'curl',
      'mosquitto',
      'broker',
      'nginx',
      'nginxStream',
      'haproxy',
      'redis',
      'python',
      'websockets',
      'netcat',
      'wscat',
      'websocat',
      'tshark',
      'grpcurl',
      'compiler',
      'bun',
      'deno',
    ],
  ),
  link: { ...linked, alone: LINK_ALONE },
  browser: suffixed('browser', ['chromium']),
  timing: suffixed('timing', [], ['processTable', 'privateLink', 'chromium']),
  soak: suffixed('soak', [], ['bun', 'deno']),
};

/**
 * Files that take longest, the longest first. They begin before the others of their group, so that no core waits for one of them at
 * the end; vitest knows durations only from an earlier run.
 */
export const LONGEST: readonly string[] = [
  'bench/checks/conformance/in-browser.browser.test.ts',
  'bench/run/browser/trials.browser.test.ts',
  'bench/checks/abuse/abuse.live.test.ts',
  'bench/checks/conformance/conformance.live.test.ts',
  'bench/scenarios/slow.live.test.ts',
  'reports/page/document/other-browsers.programs.test.ts',
  'reports/page/document/accessibility.browser.test.ts',
  'reports/page/document/first-screen.browser.test.ts',
  'reports/page/live/advisor/advisor.browser.test.ts',
  'bench/run/trial.live.test.ts',
  'bench/cli/terminal.programs.test.ts',
  'reports/page/live/compare/drop.browser.test.ts',
  'reports/page/live/charts/charts.browser.test.ts',
  'bench/run/wire.live.test.ts',
  'bench/cli/your-own.live.test.ts',
  'bench/checks/crosscheck/crosscheck.programs.test.ts',
  'bench/run/wire.link.test.ts',
  'bench/run/ways.link.test.ts',
];

/** Tests that an npm script runs. */
export interface Suite {
  readonly kinds: readonly KindName[];
  /** Prefixes of the paths of its files; all files of its kinds if left out. */
  readonly files?: readonly string[];
  /** True if tests run over variants too; false if over transports alone. */
  readonly variants: boolean;
}

export type SuiteName = 'test' | 'test:all' | 'test:unit' | 'test:transport' | 'soak';

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  test: { kinds: ['unit', 'live'], variants: false },
  'test:all': { kinds: ['unit', 'live', 'programs', 'browser', 'link', 'timing'], variants: true },
  'test:unit': { kinds: ['unit'], variants: true },
  'test:transport': {
    kinds: ['live', 'link', 'timing'],
    files: [
      'bench/checks/conformance',
      'bench/checks/security',
      'bench/checks/abuse',
      'bench/checks/fuzz/fuzz',
      'bench/checks/fuzz/fuzz',
      'bench/run/trial',
      'bench/run/wire',
    ],
    variants: true,
  },
  soak: { kinds: ['soak'], variants: true },
};
