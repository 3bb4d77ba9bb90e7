import { describe, expect, test } from 'vitest';
import { caseId, concerns, isCovered, labelsOf, phrasesOf, questionKey, unknownDimensions } from './case.ts';
import { type CaseDescription, DIMENSIONS } from './dimensions.ts';

const one = { transport: 'ws', variant: null, scenario: 'echo', kind: 'load', clients: 100, rate: 1000, size: 128 };
const ECHO = { ...one, encoding: 'text', tls: false, network: 'none' };
const UNUSUAL = { ...ECHO, encoding: 'binary', payload: 'json', tls: true, auth: 'ES256' };
const wss = { target: 'wss://example.invalid/', tls: true };

describe('ids and keys from before there was a table stay as they are', () => {
  test.each([
    [ECHO, 'ws/echo/c100/r1000/s128/text', 'load/echo/c100/r1000/s128/text/plain/none'],
    [
      { ...ECHO, scenario: 'broadcast', clients: 50, rate: 200, variant: 'deflate', label: 'a' },
      'ws:deflate#a/broadcast/c50/r200/s128/text',
      'load/broadcast/c50/r200/s128/text/plain/none',
    ],
    [UNUSUAL, 'ws/echo/c100/r1000/s128/binary/json/tls/es256', 'load/echo/c100/r1000/s128/binary/tls/json/es256/none'],
    [
      { ...ECHO, scenario: 'capacity', kind: 'capacity', rate: 0 },
      'ws/capacity/c100/s128/text',
      'capacity/capacity/c100/r0/s128/text/plain/none',
    ],
    [
      { ...ECHO, scenario: 'idle', kind: 'idle', rate: 0, size: 0 },
      'ws/idle/c100/text',
      'idle/idle/c100/r0/s0/text/plain/none',
    ],
    // The address of somebody else's server is in no id, and so is what its scheme says.
    [
      { ...ECHO, ...wss },
      'ws/echo/c100/r1000/s128/text',
      'load/echo/c100/r1000/s128/text/tls/wss://example.invalid//none',
    ],
    // Results from before there were kinds.
    [{ ...ECHO, kind: undefined }, 'ws/echo/c100/r1000/s128/text', 'load/echo/c100/r1000/s128/text/plain/none'],
  ])('%j', (each, id, key) => {
    expect(caseId(each)).toBe(id);
    expect(questionKey(each)).toBe(key);
  });

  test('a value that is not the default is named in the general form', () => {
    expect(caseId({ ...ECHO, tls: true, network: '80ms/1%' })).toBe('ws/echo/c100/r1000/s128/text/network=80ms%2F1%');
    expect(caseId({ ...ECHO, network: 'wan' })).toBe('ws/echo/c100/r1000/s128/text/tls=off/network=wan');
    expect(questionKey({ ...ECHO, network: 'wan' })).toBe('load/echo/c100/r1000/s128/text/plain/wan');
  });
});

test('titles and labels name what is unusual, and nothing else', () => {
  expect(phrasesOf(ECHO)).toEqual([]);
  expect(labelsOf(ECHO)).toEqual([]);
  expect(phrasesOf({ ...UNUSUAL, target: 'wss://x/', network: 'wan' })).toEqual([
    'of JSON records',
    'as binary',
    'at wss://x/',
    'with a token (ES256)',
    'over wan',
  ]);
  expect(labelsOf(UNUSUAL)).toEqual(['binary', 'json', 'TLS', 'ES256']);
});

test.each<[Readonly<Record<string, string>>, Partial<CaseDescription>, boolean]>([
  [{}, { size: 4096, encoding: 'binary', payload: 'json', tls: true, auth: 'HS256' }, true],
  [{}, { network: 'wan' }, false],
  [{ network: 'wan' }, { network: 'wan' }, true],
  [{ network: 'none' }, {}, true],
  [{ size: '1024' }, { size: 1024 }, true],
  [{ size: '1024' }, { size: 128 }, false],
  [{ size: '' }, { size: 0 }, false],
  [{ tls: 'on' }, { tls: true }, true],
  [{ tls: 'true' }, { tls: true }, true],
  [{ tls: 'off' }, { tls: true }, false],
  [{ auth: 'es256' }, { auth: 'ES256' }, true],
  [{ auth: 'none', payload: 'filler' }, {}, true],
])('a threshold narrowed to %j covers %j: %s', (narrowing, change, covered) => {
  expect(isCovered({ ...ECHO, ...change }, narrowing)).toBe(covered);
});

test.each([
  [{}, true],
  [{ encoding: 'text' }, true],
  [{ encoding: 'binary' }, false],
  [{ size: 128, encoding: 'text' }, true],
  [{ size: 64 }, false],
  [{ dimensions: { network: 'none' } }, true],
  [{ dimensions: { network: 'wan' } }, false],
  // A note about something that is not known is about no case that is.
  [{ dimensions: { moon: 'full' } }, false],
])('a note on %j concerns a usual case: %s', (note, expected) => {
  expect(concerns(note, ECHO)).toBe(expected);
});

test('dimensions and values that are not known are named', () => {
  expect(unknownDimensions(UNUSUAL)).toEqual([]);
  expect(unknownDimensions({ ...UNUSUAL, dimensions: {} })).toEqual([]);
  expect(unknownDimensions({ ...ECHO, payload: 'xml', dimensions: { weather: 'wet' } })).toEqual([
    'payload=xml',
    'weather',
  ]);
  // A property of a case is no open dimension, whatever its name.
  expect(unknownDimensions({ ...ECHO, dimensions: { size: 5 } })).toEqual(['size']);
});

test('every dimension has a name of its own that can stand in an id and in a CSV header', () => {
  const names = DIMENSIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  for (const { name, column } of DIMENSIONS) expect(column?.header ?? name).toMatch(/^[a-z][a-z0-9_]*$/);
});
