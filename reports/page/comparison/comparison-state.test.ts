import { describe, expect, test } from 'vitest';
import { compare } from '../../compare/compare.ts';
import { CAPACITY, ECHO, makeResults, SEVEN } from '../../testing/fixtures.ts';
import { markedAt, type View, type ViewName, viewFrom, viewTexts, visibleRows, WHOLE } from './comparison-state.ts';

const slower = { ...SEVEN, ws: { ...SEVEN.ws, p50Ms: 0.17 * 1.2 }, sse: { ...SEVEN.sse, p50Ms: 0.41 / 2 } };
const run = (seed: number, transports = SEVEN) =>
  makeResults({ transports, scenarios: [ECHO, CAPACITY], trials: 7, seed });
const { rows } = compare(run(1), run(2, slower), { resamples: 200 });

describe('a view of a comparison', () => {
  test('shows all rows in their order, and hides the verdicts that it lists', () => {
    expect(visibleRows(rows, WHOLE)).toEqual(rows);
    const left = visibleRows(rows, { ...WHOLE, hidden: ['equivalent', 'not separated'] });
    expect(new Set(left.map(({ verdict }) => verdict.word))).toEqual(new Set(['worse', 'better']));
    expect(left).toHaveLength(rows.filter(({ verdict }) => /worse|better/.test(verdict.word)).length);
  });

  test('sorts by magnitude, where halving exceeds an increase by a fifth, and by transport', () => {
    const first = visibleRows(rows, { ...WHOLE, order: 'magnitude' }).slice(0, 2);
    expect(first.map(({ name }) => name)).toEqual(['sse', 'sse']);
    expect(rows[0]?.name).toBe('ws');
    const names = visibleRows(rows, { ...WHOLE, order: 'name' }).map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
  });

  test('marks the threshold of a regression: above 1 for a latency, below 1 for a rate', () => {
    const find = (id: string) => rows.filter(({ metric }) => metric.id === id)[0]!;
    expect(markedAt(find('p50'), 0.1)).toBeCloseTo(1.1);
    expect(markedAt(find('capacity'), 0.1)).toBeCloseTo(0.9);
  });
});

describe('an address', () => {
  const view: View = {
    hidden: ['not separated', 'equivalent'],
    order: 'magnitude',
    columns: ['delta', 'p'],
    mark: 0.2,
  };
  const back = (texts: Partial<Record<ViewName, string | null>>, usual = WHOLE) =>
    viewFrom((name) => texts[name] ?? null, usual);

  test('restores the view that it was made from, and omits the values of the usual view', () => {
    expect(viewTexts(view, WHOLE)).toEqual({
      hide: 'not-separated,equivalent',
      order: 'magnitude',
      columns: 'delta,p',
      mark: '20',
    });
    for (const usual of [WHOLE, view, { ...WHOLE, mark: 0.07 }]) {
      for (const one of [WHOLE, view]) expect(back(viewTexts(one, usual), usual)).toEqual(one);
      expect(new Set(Object.values(viewTexts(usual, usual)))).toEqual(new Set([null]));
    }
  });

  test('ignores unknown values', () => {
    expect(back({ hide: 'everything', order: 'nonsense', columns: 'x,y', mark: '-3' })).toEqual(WHOLE);
    expect(back({ hide: '', order: '', columns: '', mark: '1e9' })).toEqual(WHOLE);
  });
});
