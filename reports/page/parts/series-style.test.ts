import { expect, test } from 'vitest';
import { makeResults, type TransportSpec } from '../../testing/fixtures.ts';
import { MAX_STYLES, markerPath, styleSeries } from './series-style.ts';

const FAMILIES = ['floor', 'socket', 'stream', 'polling', 'broker', 'rpc', 'peer', 'none of these'];

/** Makes `count` transports, each with the family that `familyOf` gives for its index. */
const styles = (count: number, familyOf: (index: number) => string) => {
  const transports: Record<string, TransportSpec> = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`t${index}`, { family: familyOf(index) }]),
  );
  const style = styleSeries(makeResults({ transports, trials: 1, done: 0 }));
  return Object.keys(transports).map(style);
};

const pairOf = (style: ReturnType<typeof styles>[number]) => `${style.dash} ${markerPath(style, 64)}`;

test.each([
  ['all of one family', () => 'socket'],
  ['families in turn', (index: number) => FAMILIES[index % FAMILIES.length] ?? ''],
  ['most of them of one family', (index: number) => (index % 3 === 0 ? 'polling' : 'socket')],
])('each transport has its own combination of dash and marker: %s', (_what, familyOf) => {
  for (const count of [2, 8, 32, MAX_STYLES]) {
    const all = styles(count, familyOf);
    expect(new Set(all.map(pairOf)).size).toBe(count);
    expect(new Set(all.map(({ symbolId }) => symbolId)).size).toBe(count);
  }
});

test('the first of each family has a solid line, and transports beyond the limit still have a marker', () => {
  const all = styles(MAX_STYLES + 10, (index) => FAMILIES[index % FAMILIES.length] ?? '');
  expect(all.slice(0, FAMILIES.length).map(({ dash }) => dash)).toEqual(FAMILIES.map(() => 'none'));
  expect(all.every((style) => markerPath(style, 64).startsWith('M'))).toBe(true);
});
