import { expect, test } from 'vitest';
import { errorText } from './error-text.ts';

const refused = new Error('connect ECONNREFUSED 127.0.0.1:9');

test.each<readonly [string, unknown, string]>([
  ['an error', new Error('it broke'), 'it broke'],
  ['what is no error', 'it broke', 'it broke'],
  ['a cause', new TypeError('fetch failed', { cause: refused }), 'fetch failed: connect ECONNREFUSED 127.0.0.1:9'],
  ['a cause that is no error', new Error('closed', { cause: 1006 }), 'closed: 1006'],
  [
    'a cause that is quoted',
    new Error(`polling ended: ${refused.message}`, { cause: refused }),
    `polling ended: ${refused.message}`,
  ],
  ['a cause without a text', new Error('closed with 1006', { cause: { code: 1006 } }), 'closed with 1006'],
  ['causes of causes', new Error('a', { cause: new Error('b', { cause: 'c' }) }), 'a: b: c'],
  ['several errors in one', new AggregateError([refused, new Error('no route')]), `${refused.message}; no route`],
  ['an error without a message', new RangeError(), 'RangeError'],
])('the text of %s', (_, error, text) => expect(errorText(error)).toBe(text));
