import { expect, test } from 'vitest';
import { readOptions } from '../../plan/options.ts';
import { makePlan } from '../../plan/plan.ts';
import { browserLines } from './planned.ts';

function linesOf(settings: Readonly<Record<string, unknown>>): string[] {
  const given = Object.entries(settings).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join());
  return browserLines(makePlan(read.options), '/usr/bin/chromium');
}

const BOTH = { scenarios: 'echo', 'clients-in': 'node,chromium' };

test('a plan in Node says nothing of a browser', () => {
  expect(linesOf({ transports: 'ws', scenarios: 'echo' })).toEqual([]);
});

test('a plan names the browser and estimates its memory', () => {
  expect(linesOf({ ...BOTH, transports: 'ws', clients: '100' })).toEqual([
    '1 case with the clients in a browser (/usr/bin/chromium), started afresh for every trial: an estimated 420 MiB of memory at most.',
  ]);
});

test('a plan says how many contexts a browser needs, and why', () => {
  expect(linesOf({ ...BOTH, transports: 'ws', clients: '600' })).toEqual([
    expect.stringContaining('an estimated 620 MiB'),
    'Several contexts of the browser, since a browser context opens at most 255 WebSockets: ws echo 3.',
  ]);
  expect(linesOf({ ...BOTH, transports: 'ws,sse', clients: '10' }).at(-1)).toMatch(
    /six HTTP\/1\.1 connections to a host.*: sse echo 2\.$/,
  );
});
