import type { NeedName } from './needs.ts';

export interface TestKind {
  /** Files of this kind. */
  readonly include: string;
  /** Files that `include` matches too and that are of another kind. */
  readonly exclude: readonly string[];
  /** What every test of this kind needs besides `npm ci`. */
  readonly needs: readonly NeedName[];
}

export type KindName = 'unit' | 'live' | 'link' | 'browser' | 'timing' | 'soak';

const suffixed = (kind: KindName, ...needs: NeedName[]): TestKind => ({
  include: `**/*.${kind}.test.ts`,
  exclude: [],
  needs,
});

/** Tests sorted by what they need of a machine. A file's name says its kind: `x.live.test.ts`; `x.test.ts` is a unit test. */
export const TEST_KINDS: Readonly<Record<KindName, TestKind>> = {
  unit: { include: '**/*.test.ts', exclude: ['**/*.*.test.ts'], needs: [] },
  live: suffixed('live'),
  link: suffixed('link', 'privateLink'),
  browser: suffixed('browser', 'chromium'),
  timing: suffixed('timing'),
  soak: suffixed('soak'),
};

/** Kinds that each npm script runs. */
export const SUITES = {
  test: ['unit', 'live'],
  'test:all': ['unit', 'live', 'link', 'browser', 'timing'],
  'test:unit': ['unit'],
  'test:transport': ['live', 'link', 'timing'],
  soak: ['soak'],
} as const satisfies Readonly<Record<string, readonly KindName[]>>;

export type SuiteName = keyof typeof SUITES;
