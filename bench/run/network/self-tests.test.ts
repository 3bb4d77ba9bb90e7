import { describe, expect, test } from 'vitest';
import { makeResults } from '../../../reports/testing/fixtures.ts';
import { exitCodeOf } from '../../cli/outcome.ts';
import { readOptions } from '../../plan/options.ts';
import { makePlan, type RunPlan } from '../../plan/plan.ts';
import { foundAsAsked } from '../../testing/network/found.ts';
import type { RelayedLink } from './relayed-link.ts';
import { type TestedNetwork, testedText, testNetworks } from './self-tests.ts';

function planOf(network: string): RunPlan {
  const values = { transports: 'ws,sse', scenarios: 'echo', trials: 2, network };
  const given = Object.entries(values).map(([name, value]) => [name, { value, where: `--${name}` }]);
  const read = readOptions(Object.fromEntries(given));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  return makePlan(read.options);
}

/** Tests the networks of a plan with findings by a script, in the place of packets. */
async function tested(plan: RunPlan, lateSeconds: (id: string, attempt: number) => number) {
  const steps: string[] = [];
  const lines: TestedNetwork[] = [];
  const link = { congestionControl: 'cubic' } as RelayedLink;
  const outcome = await testNetworks(plan, {
    path: {
      begin: async (network) => {
        steps.push(network?.id ?? 'none');
        return link;
      },
      end: async () => void steps.push('end'),
    },
    signal: new AbortController().signal,
    onTested: (one) => lines.push(one),
    tester: async (_, network) => {
      const attempt = steps.filter((step) => step === network.id).length;
      return foundAsAsked(network, lateSeconds(network.id, attempt));
    },
  });
  return { ...outcome, steps, lines };
}

describe('the self-tests of a run', () => {
  test('take each network once, and leave a plan alone whose networks are what they should be', async () => {
    const plan = planOf('none,cable,rtt=30ms+loss=0%');
    const { plan: kept, networks, steps } = await tested(plan, () => 0);
    expect(kept).toEqual(plan);
    expect(steps).toEqual(['cable', 'end', 'rtt=30ms', 'end']);
    expect(networks[0]).toEqual({
      id: 'cable',
      title: 'cable',
      effective: {
        rttSeconds: 0.028,
        downBitsPerSecond: 5e6,
        upBitsPerSecond: 1e6,
        queueSeconds: 0.2,
        congestionControl: 'cubic',
      },
      source: 'WebPageTest, connectivity profiles',
      parts: 'rtt=28ms+down=5mbit+up=1mbit',
      found: expect.objectContaining({ up: { sent: 1_000, lost: 0, outOfOrder: 0, bitsPerSecond: 1e6 } }),
    });
    expect(networks[1]).toMatchObject({ id: 'rtt=30ms', effective: { rttSeconds: 0.03, congestionControl: 'cubic' } });
    expect(Object.keys(networks[1]?.effective ?? {})).toHaveLength(2);
  });

  test('are made again if something disturbed the relay', async () => {
    const plan = planOf('cable');
    const { plan: kept, steps } = await tested(plan, (_, attempt) => (attempt === 1 ? 0.5 : 0));
    expect(steps).toEqual(['cable', 'end', 'cable', 'end']);
    expect(kept).toEqual(plan);
  });

  test('make the cases of a network unavailable that is not what was asked for', async () => {
    const { plan, networks, lines } = await tested(planOf('none,cable,slow-4g'), (id) => (id === 'cable' ? 0.01 : 0));
    expect([...new Set(plan.cases.map(({ dimensions }) => dimensions?.network))]).toEqual(['none', 'slow-4g']);
    expect(plan.blocks.map((block) => block.length)).toEqual([4, 4]);
    const reason = expect.stringMatching(
      /^the network is not what was asked for: its round trip is 39\.0 ms \(p50\), not/,
    );
    expect(plan.leftOut).toEqual(
      ['ws', 'sse'].map((name) => ({ name, dimensions: { network: 'cable' }, kind: 'unavailable', reason })),
    );
    expect(networks.map(({ offTarget }) => offTarget?.length)).toEqual([1, undefined]);
    expect(testedText(lines[0]!)).toMatch(
      /^Network cable: round trip 29\.0 ms, found 39\.0 ms .*; up 1 Mbit\/s, found 1 Mbit\/s; .* ✕ Not/,
    );
    expect(testedText(lines[1]!)).not.toContain('✕');
    const results = makeResults({ transports: { ws: {} }, trials: 6 });
    expect(exitCodeOf(results)).toBe(0);
    expect(exitCodeOf({ ...results, networks: [...networks] })).toBe(13);
  });

  test('that fail are told as such', async () => {
    const outcome = await testNetworks(planOf('cable'), {
      path: { begin: () => Promise.reject(new Error('the relay was ended by SIGKILL')), end: async () => {} },
      signal: new AbortController().signal,
      onTested: (one) =>
        expect(testedText(one)).toBe(
          'Network cable: ✕ Not measured over it: its test failed: the relay was ended by SIGKILL.',
        ),
    });
    expect(outcome.plan.cases).toEqual([]);
    expect(outcome.networks[0]).not.toHaveProperty('found');
  });

  test('end with the run', async () => {
    const stopped = AbortSignal.abort(new Error('interrupted'));
    const path = { begin: () => Promise.reject(new Error('no answer')), end: async () => {} };
    await expect(testNetworks(planOf('cable'), { path, signal: stopped, onTested: () => {} })).rejects.toThrow(
      'interrupted',
    );
  });
});
