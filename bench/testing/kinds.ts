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
}

export type KindName = 'unit' | 'live' | 'programs' | 'link' | 'browser' | 'timing' | 'soak';

const suffixed = (kind: KindName, needs: readonly NeedName[] = [], someNeed: readonly NeedName[] = []): TestKind => ({
  include: `**/*.${kind}.test.ts`,
  exclude: [],
  needs,
  someNeed,
});

/** Tests sorted by what they need of a machine. A file's name says its kind: `x.live.test.ts`; `x.test.ts` is a unit test. */
export const TEST_KINDS: Readonly<Record<KindName, TestKind>> = {
  unit: { include: '**/*.test.ts', exclude: ['**/*.*.test.ts'], needs: [], someNeed: [] },
  live: suffixed('live'),
  programs: suffixed(
    'programs',
    [],
    [
      'terminal',
      'privateLink',
      'processTable',
      'curl',
      'mosquitto',
      'broker',
      'nginx',
      'python',
      'websockets',
      'netcat',
      'wscat',
      'grpcurl',
      'compiler',
    ],
  ),
  link: suffixed('link', ['privateLink'], ['tshark']),
  browser: suffixed('browser', ['chromium']),
  timing: suffixed('timing', [], ['processTable']),
  soak: suffixed('soak'),
};

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
