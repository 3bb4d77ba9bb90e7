import { describe, expect, test } from 'vitest';
import { commandFor, readOptions } from '../../plan/options.ts';
import { makePlan, type RunPlan } from '../../plan/plan.ts';
import type { Setting } from '../../plan/settings.ts';
import { withoutLackingNodes } from './planned.ts';

type Settings = Partial<Record<Setting, string>>;

const read = (settings: Settings) =>
  readOptions(
    Object.fromEntries(
      Object.entries({ transports: 'ws', scenarios: 'broadcast', ...settings }).map(([name, value]) => [
        name,
        { value, where: `--${name}` },
      ]),
    ),
  );

function planOf(settings: Settings): RunPlan {
  const found = read(settings);
  return makePlan('problems' in found ? expect.fail(found.problems.join()) : found.options);
}

const idsOf = ({ cases }: RunPlan): string[] => cases.map(({ id }) => id);

describe('several nodes', () => {
  test('are cases of their own, beside one node, whose id stays', () => {
    const plan = planOf({ nodes: '1,2' });
    const usual = 'ws/broadcast/c50/r200/s128/text';
    expect(idsOf(plan)).toEqual([usual, `${usual}/nodes=2`]);
    expect(commandFor(plan.options)).toContain('--nodes 1,2');
    expect(commandFor(planOf({}).options)).not.toContain('--nodes');
  });

  test.each<[Settings, RegExp]>([
    [{ nodes: '0' }, /--nodes/],
    [{ nodes: '4', clients: '3' }, /--nodes is 4, but 3 client\(s\) keep at most 3 nodes busy/],
    [{ nodes: '2', url: 'ws://127.0.0.1:1' }, /--nodes starts servers of ours/],
    [{ backplane: 'redis://127.0.0.1:6379' }, /--backplane has no meaning with one node; add --nodes 2/],
    [{ nodes: '2', backplane: 'localhost' }, /--backplane needs the address of a Redis/],
    [{ nodes: '2', backplane: 'redis://h', link: 'veth' }, /leave --link veth out/],
    [{ nodes: '2', backplane: 'redis://h', network: '4g-lossy' }, /--network needs a private link/],
    [
      { scenarios: 'recovery', fault: 'rolling' },
      /--fault rolling happens to a service of several servers; add --nodes 2/,
    ],
    [{ scenarios: 'wire', nodes: '2' }, /--nodes has no meaning for wire/],
  ])('refuses %j', (settings, problem) => {
    expect(read(settings)).toEqual({ problems: expect.arrayContaining([expect.stringMatching(problem)]) });
  });

  test('have faults of their own, none of which restarts somebody else’s Redis', () => {
    const faults = { scenarios: 'recovery', fault: 'restart,node,backplane' };
    const shown = ({ cases, leftOut }: RunPlan) => ({
      cases: cases.map(({ dimensions }) => `${dimensions?.fault} ${dimensions?.nodes}`),
      leftOut: leftOut.map(({ dimensions, reason }) => `${dimensions?.fault} ${dimensions?.nodes}: ${reason}`),
    });
    expect(shown(planOf({ ...faults, nodes: '1,2' }))).toEqual({
      cases: ['restart 1', 'restart 2', 'node 2', 'backplane 2'],
      leftOut: ['node', 'backplane'].map((fault) => `${fault} 1: the fault happens to a service of several servers`),
    });
    const outside = planOf({ ...faults, nodes: '2', backplane: 'redis://127.0.0.1:6379' });
    expect(shown(outside)).toEqual({
      cases: ['restart 2', 'node 2'],
      leftOut: ['backplane 2: the Redis of --backplane is never restarted'],
    });
    expect(outside.options.link).toBe('loopback');
  });

  test('are left out by name where there is no Redis, and from a search without a core for each part', () => {
    const plan = planOf({ scenarios: 'broadcast,capacity', nodes: '1,2' });
    const without = withoutLackingNodes(plan, 'no Redis', 64);
    expect(idsOf(without).filter((id) => id.includes('nodes'))).toEqual([]);
    expect(without.leftOut).toEqual([
      { name: 'ws', dimensions: { nodes: 2 }, kind: 'unavailable', reason: 'unavailable here: no Redis' },
    ]);
    const few = withoutLackingNodes(plan, undefined, 3);
    expect(idsOf(few).filter((id) => id.includes('nodes'))).toEqual(['ws/broadcast/c50/r200/s128/text/nodes=2']);
    expect(few.leftOut[0]?.reason).toMatch(/^capacity not measured: 2 nodes need 4 cores, .+ this machine has 3$/);
    expect(withoutLackingNodes(plan, undefined, 4).leftOut).toEqual([]);
  });
});
