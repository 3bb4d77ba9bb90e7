import { describe, expect } from 'vitest';
import { NodesRun, type Part } from '../../testing/scale/leftovers.ts';
import { soak } from '../../testing/soak.ts';
import { needs } from '../../testing/unavailable.ts';

await needs('redis', 'processTable');

const NOTHING = { processes: 0, folders: [] };

describe('nothing is left of two nodes', () => {
  soak('nothing is left of two nodes that end by themselves', 240, async () => {
    const run = new NodesRun(2);
    await run.measuring();
    expect(await run.left()).toEqual(NOTHING);
    return 'no process, no folder';
  });

  soak('nothing is left of two nodes that are interrupted twice', 240, async () => {
    const run = new NodesRun(60);
    await run.measuring();
    run.interrupt();
    expect(await run.left()).toEqual(NOTHING);
    return 'no process, no folder';
  });

  for (const part of ['the command', 'a node', 'Redis', 'a load worker'] satisfies Part[])
    soak(`nothing is left of two nodes when ${part} is killed`, 240, async () => {
      const run = new NodesRun(20);
      await run.measuring();
      run.kill(part);
      expect(await run.left()).toEqual(NOTHING);
      return 'no process, no folder';
    });
});
