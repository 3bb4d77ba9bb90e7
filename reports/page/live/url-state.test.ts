import { expect, test } from 'vitest';
import { formatUrlState, parseUrlState } from './url-state.ts';

test.each([
  ['', '', {}],
  ['#trust', 'trust', {}],
  ['#q=2', '', { q: '2' }],
  ['#trust&q=2&sort=-p99', 'trust', { q: '2', sort: '-p99' }],
  ['#t=ws,sse:h2&a%26b=%3D%23', '', { t: 'ws,sse:h2', 'a&b': '=#' }],
])('%s is parsed and formatted back', (hash, anchor, values) => {
  const state = parseUrlState(hash);
  expect(state).toEqual({ anchor, values: new Map(Object.entries(values)) });
  expect(formatUrlState(state)).toBe(hash === '' ? '#' : hash);
});

test('malformed parts of an address are ignored', () => {
  expect(parseUrlState('#=x&&q=%E0%A4%A&q=3&b')).toEqual({ anchor: 'b', values: new Map([['q', '3']]) });
  expect(parseUrlState('#q=%E0%A4%A').values.get('q')).toBe('%E0%A4%A');
});
