import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recording } from '../../load/recording.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { findTransport } from '../../transports/index.ts';
import { NetworkPath } from '../network/path.ts';
import { whyUnavailable } from '../scale/available.ts';
import { ProcessStage } from '../stage.ts';

const CLIENTS = 4;
const RATE = 40;
const SECONDS = 3;
const TRIAL_MS = 90_000;
const { signal } = new AbortController();

let path: NetworkPath;
beforeAll(async () => {
  path = await NetworkPath.open({ lines: CLIENTS, core: undefined, signal });
});
afterAll(() => path.close());

/** Sends messages from sessions that are never opened again, and changes their addresses on the way after a second. */
async function sendThroughRebind(transport: string): Promise<Recording> {
  const planned = planTrial(transport, 'echo', { clients: CLIENTS, rate: RATE, seconds: SECONDS });
  const link = await path.begin(null, 1);
  await using stage = await ProcessStage.open(planned, singleTrial({ link, ways: link.ways }));
  await stage.openSessions(CLIENTS, CLIENTS);
  const sending = stage.phase({ first: 0, rate: RATE, seconds: SECONDS, drainSeconds: 2 });
  const [recording] = await Promise.all([sending, sleep(1_000).then(() => link.rebind())]);
  return recording;
}

describe.each(['webtransport', 'webtransport:datagram'])('%s', async (name) => {
  const choice = findTransport(name)!;
  unavailable(await whyUnavailable(choice));

  test('goes on over a change of its address, without a new connection', { timeout: TRIAL_MS }, async () => {
    const { sent, delivered, duplicated, errors } = await sendThroughRebind(name);
    expect({ sent, duplicated, errors }).toEqual({ sent: RATE * SECONDS, duplicated: 0, errors: {} });
    // A datagram to the old address is lost for good: one is under way for each session at most.
    const lost = sent - delivered;
    expect(lost).toBeLessThanOrEqual(name === 'webtransport' ? 0 : CLIENTS);
    await path.end();
  });
});

test('ws does not: its server knows no connection from the new address', { timeout: TRIAL_MS }, async () => {
  const { sent, delivered, errors } = await sendThroughRebind('ws');
  expect(Object.keys(errors).length).toBeGreaterThan(0);
  expect(delivered).toBeLessThan(sent);
  await path.end();
});
