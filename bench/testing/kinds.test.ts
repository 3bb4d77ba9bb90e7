import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, matchesGlob, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type KindName, LONGEST, SUITES, TEST_KINDS } from './kinds.ts';
import { NEEDS } from './needs.ts';
import { root, sourcesIn, textOf } from './sources.ts';
import { onlyTransport } from './subjects.ts';

const folders = readdirSync(root, { withFileTypes: true }).filter(
  (one) => one.isDirectory() && !one.name.startsWith('.') && one.name !== 'node_modules',
);
const sources = sourcesIn(
  folders.map(({ name }) => name),
  { tests: true },
);
const testFiles = sources.filter((file) => /\.(test|spec)\.[a-z]+$/.test(file));

const kindsOf = (file: string): string[] =>
  Object.entries(TEST_KINDS)
    .filter(([, { include, exclude }]) => matchesGlob(file, include) && !exclude.some((one) => matchesGlob(file, one)))
    .map(([kind]) => kind);

describe('kinds of tests', () => {
  test('every test file is of exactly one', () => {
    expect(testFiles.length).toBeGreaterThan(120);
    const counted = testFiles.map((file) => ({ file, kinds: kindsOf(file).length }));
    expect(counted.filter(({ kinds }) => kinds !== 1)).toEqual([]);
  });

  test('each is run by an npm script, and test:all runs all but soak', () => {
    const { scripts } = JSON.parse(textOf('package.json'));
    for (const suite of Object.keys(SUITES)) expect(scripts[suite]).toBe(`node pinned.js .ci/test.ts ${suite}`);
    const kinds = Object.keys(TEST_KINDS);
    expect(Object.values(SUITES).flatMap((suite) => suite.kinds)).toEqual(expect.arrayContaining(kinds));
    expect([...SUITES['test:all'].kinds, ...SUITES.soak.kinds].toSorted()).toEqual(kinds.toSorted());
  });

  test('each that begins early is there', () => {
    expect(LONGEST.filter((file) => !testFiles.includes(file))).toEqual([]);
  });

  test('each that runs alone is there, and of its kind', () => {
    for (const [kind, { alone = [] }] of Object.entries(TEST_KINDS))
      expect(alone.filter((file) => !testFiles.includes(file) || kindsOf(file).join() !== kind)).toEqual([]);
  });

  test('npm test needs nothing but npm ci', () => {
    for (const kind of SUITES.test.kinds) expect(TEST_KINDS[kind].needs).toEqual([]);
    expect(SUITES.test.kinds.flatMap((kind) => TEST_KINDS[kind].someNeed)).toEqual([]);
  });

  test('all that a machine may lack is named by a kind, so that test:all announces it', () => {
    const named = Object.values(TEST_KINDS).flatMap(({ needs, someNeed }) => [...needs, ...someNeed]);
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(NEEDS).toSorted());
  });

  test('a test is left out only where the machine lacks something, and says so', () => {
    const leavesOut = /\b(?:test|it|describe)\.(?:skip|todo|only|skipIf|runIf|fails)\b/;
    expect(testFiles.filter((file) => leavesOut.test(textOf(file).replaceAll(/\/.*\/;$/gm, '')))).toEqual([]);
  });
});

/** Modules that open sockets, start processes or start a browser. */
const OUTSIDE =
  /^(?:node:)?(?:child_process|net|http|https|http2|tls|dgram|cluster|worker_threads)$|^(?:playwright-core|puppeteer-core|ws|undici|mqtt|aedes|socket\.io|socket\.io-client)$/;

/** Modules that a file imports for more than their types, in the order of its lines. */
function importsOf(file: string): string[] {
  const text = textOf(file).replaceAll(/^(?:import|export) type .*$/gm, '');
  return Array.from(text.matchAll(/^(?:import|export|\} from)\b.*?'([^']+)';$/gm), ([, target]) => target!);
}

/** File and the modules of `testing` folders that it imports, directly or through others. */
function equipmentOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  seen.add(file);
  for (const target of importsOf(file).filter((one) => one.startsWith('.'))) {
    const path = relative(root, join(root, dirname(file), target));
    if (path.split('/').includes('testing') && !seen.has(path) && !/needs|subjects/.test(path)) equipmentOf(path, seen);
  }
  return seen;
}

describe('a unit test', () => {
  test('imports nothing that opens sockets or starts processes, nor does its equipment', () => {
    const self = 'bench/testing/kinds.test.ts';
    const units = testFiles.filter((file) => kindsOf(file).includes('unit' satisfies KindName) && file !== self);
    const wrong = units.flatMap((unit) =>
      [...equipmentOf(unit)].flatMap((file) =>
        importsOf(file).flatMap((target) => (OUTSIDE.test(target) ? [`${unit}: ${file} imports ${target}`] : [])),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('fails if it starts a process or opens a socket by way of what it tests', () => {
    expect(() => spawn('true')).toThrow(/a unit test starts a process/);
    expect(() => connect(1)).toThrow(/a unit test opens a connection/);
  });
});

describe('WIREBENCH_ONLY', () => {
  test('is never set where a build service runs the tests: it leaves most of them out', () => {
    if (!['', 'false', undefined].includes(process.env.CI)) expect(onlyTransport).toBeUndefined();
  });

  test('is read in one place', () => {
    const readers = sources.filter((file) => /env\.WIREBENCH_ONLY|WIREBENCH_ONLY \}/.test(textOf(file)));
    expect(readers.filter((file) => file !== 'bench/testing/kinds.test.ts')).toEqual(['bench/testing/subjects.ts']);
  });
});
