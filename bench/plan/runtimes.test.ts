import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import { makePlan } from './plan.ts';

const given = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, where: `--${name}` }]));

function planOf(values: Readonly<Record<string, string>>) {
  const read = readOptions(given({ scenarios: 'echo', ...values }));
  if ('problems' in read) throw new Error(read.problems.join('; '));
  return makePlan(read.options);
}

test('each runtime is a case of its own, and Node is not mentioned', () => {
  const ids = planOf({ transports: 'ws', runtime: 'node,bun,deno' }).cases.map(({ id }) => id);
  expect(ids.map((id) => id.split('/').at(-1))).toEqual(['text', 'runtime=bun', 'runtime=deno']);
});

test('a server that a runtime cannot run is left out as not supported, with the reason', () => {
  const { cases, leftOut } = planOf({ transports: 'ws:native,mqtt', runtime: 'node,deno' });
  expect(cases.map(({ id }) => id.split('/').at(-1))).toEqual(['text', 'runtime=deno']);
  expect(leftOut).toEqual([
    { name: 'ws:native', dimensions: { runtime: 'node' }, kind: 'not supported', reason: expect.any(String) },
    { name: 'mqtt', dimensions: { runtime: 'deno' }, kind: 'not supported', reason: expect.any(String) },
  ]);
});

test('a runtime is refused for a server that is not ours', () => {
  const read = readOptions(given({ transports: 'ws', scenarios: 'echo', runtime: 'bun', url: 'ws://127.0.0.1:9/' }));
  expect(read).toEqual({ problems: [expect.stringMatching(/^--runtime says where servers of ours run/)] });
});
