import { expect, test } from 'vitest';
import { NodesRun } from '../../testing/scale/leftovers.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('redis', 'processTable');

test('nothing is left of two nodes whose command is killed', { timeout: 240_000 }, async () => {
  const run = new NodesRun(60);
  await run.measuring();
  run.kill('the command');
  expect(await run.left()).toEqual({ processes: 0, folders: [] });
});
