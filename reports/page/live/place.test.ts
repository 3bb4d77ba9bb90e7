import { expect, test } from 'vitest';
import { formatPlace, parsePlace } from './place.ts';

test.each([
  ['', '', {}],
  ['#trust', 'trust', {}],
  ['#q=2', '', { q: '2' }],
  ['#trust&q=2&sort=-p99', 'trust', { q: '2', sort: '-p99' }],
  ['#t=ws,sse:h2&a%26b=%3D%23', '', { t: 'ws,sse:h2', 'a&b': '=#' }],
])('%s is read and written again', (hash, anchor, values) => {
  const place = parsePlace(hash);
  expect(place).toEqual({ anchor, values: new Map(Object.entries(values)) });
  expect(formatPlace(place)).toBe(hash === '' ? '#' : hash);
});

test('what is no choice is passed over', () => {
  expect(parsePlace('#=x&&q=%E0%A4%A&q=3&b')).toEqual({ anchor: 'b', values: new Map([['q', '3']]) });
  expect(parsePlace('#q=%E0%A4%A').values.get('q')).toBe('%E0%A4%A');
});
