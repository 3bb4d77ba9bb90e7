import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MeasuredTrial } from '../results/schema.ts';
import { type RelayedLink, relayedLink } from '../run/network/relayed-link.ts';
import { runTrial } from '../run/trial.ts';
import { planTrial, singleTrial } from '../testing/single-trial.ts';

const CLIENTS = 3;
const LOAD = { clients: CLIENTS, dimensions: { reader: 'slow' } };
/**
 * Load at which a server ends a slow reader's session: the reader, whose line carries 25 kB a second, falls behind by 1.3 MB a second.
 * The buffers on the way take up to 1.6 MB, and the limit is 1 MiB, which is reached after 2 s; 5 s later the session ends.
 */
const HEAVY = { ...LOAD, rate: 80, size: 16_384, seconds: 10 };
/** Load that a slow line carries. */
const LIGHT = { ...LOAD, rate: 20, size: 64, seconds: 1 };

let link: RelayedLink;
beforeAll(async () => {
  const { signal } = new AbortController();
  link = await relayedLink({ network: null, seed: 1, lines: CLIENTS, core: undefined, signal });
});
afterAll(() => link.close());

async function measure(transport: string, load: typeof HEAVY): Promise<MeasuredTrial> {
  const { trial } = await runTrial(planTrial(transport, 'slow-readers', load), singleTrial({ link, ways: link.ways }));
  await link.settle();
  if (trial.state === 'failed') throw new Error(trial.reasons.join('; '));
  return trial;
}

/** Checks what holds for the others, whatever becomes of the reader. */
function expectOthersServed({ messages, slow, relay }: MeasuredTrial, sent: number): void {
  expect(messages).toMatchObject({ due: sent, sent, expected: 2 * sent, delivered: 2 * sent, lost: 0, errors: {} });
  expect(slow).toMatchObject({ readers: 1, without: { count: 2 * sent }, with: { count: 2 * sent } });
  for (const way of ['up', 'down'] as const) {
    const { offered, lost, overflowed, passed } = relay![way];
    expect(lost + overflowed + passed).toBe(offered);
  }
}

describe('a reader whose line is slow', () => {
  test.each([
    ['ws', /1006|1013/],
    ['sse', /ended|closed|reset/i],
  ])(
    'is cut by a server of %s that it falls too far behind of, and the others are served',
    async (transport, reason) => {
      const trial = await measure(transport, HEAVY);
      expectOthersServed(trial, HEAVY.rate * HEAVY.seconds);
      const { fates = [] } = trial.slow ?? {};
      expect(fates).toEqual([
        {
          fate: 'cut',
          sessions: 1,
          seconds: expect.any(Number),
          missed: expect.any(Number),
          reason: expect.any(String),
        },
      ]);
      expect(fates[0]!.reason).toMatch(reason);
      expect(fates[0]!.seconds).toBeGreaterThan(5);
      // Its line overflows, and nobody else's.
      expect(trial.relay?.down.overflowed).toBeGreaterThan(0);
    },
  );

  test.each(['ws', 'sse', 'webrtc'])('of %s that carries enough keeps up', async (transport) => {
    const trial = await measure(transport, LIGHT);
    expectOthersServed(trial, LIGHT.rate * LIGHT.seconds);
    expect(trial.slow?.fates).toEqual([{ fate: 'caught up', sessions: 1, seconds: null, missed: 0 }]);
  });
});
