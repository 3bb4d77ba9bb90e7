import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { resultsJsonSchema } from '../../../../bench/results/json-schema.ts';
import { type Results, resultsSchema } from '../../../../bench/results/schema.ts';
import { EVERY_KIND, makeResults, SEVEN } from '../../../testing/fixtures.ts';
import { type JsonSchema, misfits } from './json-schema.ts';

const SCHEMA: JsonSchema = JSON.parse(JSON.stringify(resultsJsonSchema()));

const made = makeResults({
  // These three have every kind of path that seven transports have.
  transports: {
    ws: SEVEN.ws ?? {},
    sse: { ...SEVEN.sse, faults: { 0: { state: 'failed', reasons: ['x'] }, 1: { state: 'invalid', reasons: ['y'] } } },
    graphql: SEVEN.graphql ?? {},
  },
  scenarios: EVERY_KIND,
  trials: 2,
  wire: 'link',
  environment: {
    checks: [{ name: 'swap', state: 'note', known: false, observed: 'in use', fix: 'Free some.' }],
    hosts: [{ name: 'local', platform: 'linux', arch: 'x64', kernel: '6', cpu: 'x', cores: 2, memoryBytes: 1 }],
  },
});

const SUMMARY = { count: 1, p50: 1, p90: null, p99: null, 'p99.9': null, max: 1 };

/** Run whose first case has the fields that only some runs have. */
const results: Results = {
  ...made,
  networks: [{ id: '4g', title: '4G', effective: { delaySeconds: 0.04, lossy: true } }],
  setAside: [{ id: 'x', reason: 'y' }],
  cases: made.cases.map((one, index) =>
    index > 0
      ? one
      : {
          ...one,
          reaches: 'sender',
          trials: one.trials.map((trial) =>
            trial.state === 'failed'
              ? trial
              : {
                  ...trial,
                  replaces: 3,
                  beside: [4],
                  messages: { ...trial.messages, overdue: 0, replayed: 0 },
                  latency: {
                    ...trial.latency,
                    summary: { response: SUMMARY, service: SUMMARY, lag: SUMMARY, connect: SUMMARY },
                  },
                  processes: [
                    { role: 'server', host: 'local', runtime: 'node 24', cores: '0', cpuSeconds: 1, rssBytes: 1 },
                  ],
                  notMeasured: [{ path: 'wire', reason: 'no link' }],
                },
          ),
        },
  ),
};

test('a run matches the schema of results, also with fields that only a later version knows', () => {
  expect(misfits(SCHEMA, results)).toEqual([]);
  expect(misfits(SCHEMA, { ...results, later: { field: 1 } })).toEqual([]);
});

type Place = readonly (string | number)[];

/** Paths of all values in a document. */
function placesIn(value: unknown, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...membersOf(value).flatMap(([name, one]) => placesIn(one, [...path, name]))];
}

const membersOf = (value: object): [string | number, unknown][] =>
  Array.isArray(value) ? [...value.entries()] : Object.entries(value);

/** Document without the items of its lists that are on none of the paths; a list keeps its first item. */
function itemsOn(places: readonly Place[], value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const below = Map.groupBy(
    places.filter((place) => place.length > 0),
    ([name]) => name,
  );
  const kept = membersOf(value)
    .filter(([name]) => typeof name === 'string' || name === 0 || below.has(name))
    .map(([name, one]): [string | number, unknown] => [
      name,
      itemsOn(
        (below.get(name) ?? []).map(([, ...rest]) => rest),
        one,
      ),
    ]);
  return Array.isArray(value) ? kept.map(([, one]) => one) : Object.fromEntries(kept);
}

/** Last path of each kind, which paths that differ only in their indices share. */
const kindsIn = (value: unknown): ReadonlyMap<string, Place> =>
  new Map(placesIn(value).map((path) => [path.map((part) => (typeof part === 'number' ? '*' : part)).join('.'), path]));

const MISSING = Symbol('missing');

function replaced(value: unknown, [name, ...rest]: Place, by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => (index === name ? without(replaced(one, rest, by)) : [one]));
  }
  const entries = Object.entries(value ?? {});
  return Object.fromEntries(
    entries.flatMap(([key, one]): [string, unknown][] =>
      key === name ? without(replaced(one, rest, by)).map((left): [string, unknown] => [key, left]) : [[key, one]],
    ),
  );
}
const without = (value: unknown): unknown[] => (value === MISSING ? [] : [value]);

describe('a damaged document is rejected exactly where zod, which defines results, rejects it', () => {
  // One path of each kind, in a document of the items that have one of them: items of a list are alike.
  const document = itemsOn([...kindsIn(results).values()], results);
  const kinds = kindsIn(document);
  const damages: readonly [string, unknown][] = [
    ['missing', MISSING],
    ['null', null],
    ['a text', 'x'],
    ['an empty list', []],
    ['an empty object', {}],
    ['below zero', -1],
    ['a fraction', 0.5],
    ['beyond numbers', Number.POSITIVE_INFINITY],
    ['beyond whole numbers', 2 ** 60],
    ['true', true],
  ];

  test.each(damages)('%s, at every path', (_, damage) => {
    const disagreements = [...kinds].flatMap(([kind, path]) => {
      const damaged = replaced(document, path, damage);
      const [mine, theirs] = [misfits(SCHEMA, damaged).length === 0, resultsSchema.safeParse(damaged).success];
      return mine === theirs ? [] : [`${kind}: ${mine ? 'only zod refuses' : 'only zod takes'} it`];
    });
    expect(kinds.size).toBe(kindsIn(results).size);
    expect(kinds.size).toBeGreaterThan(150);
    expect(disagreements).toEqual([]);
  });
});

test('each violation is reported with its path', () => {
  const broken = replaced(replaced(results, ['plan', 'seed'], 'one'), ['cases', 0, 'trials', 0, 'wire', 'up'], MISSING);
  expect(misfits(SCHEMA, broken)).toEqual([
    { path: 'plan.seed', message: 'expected integer, found string' },
    { path: 'cases.0.trials.0.wire.up', message: 'is missing' },
  ]);
  expect(misfits(SCHEMA, [])).toEqual([{ path: '', message: 'expected object, found array' }]);
});

test('a schema with an unsupported keyword is rejected', () => {
  const schema = JSON.parse(JSON.stringify(z.toJSONSchema(z.string().regex(/a/))));
  expect(() => misfits(schema, 'b')).toThrow('unsupported keyword in the schema: pattern');
});
