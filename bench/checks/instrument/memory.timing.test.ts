import { expect, test } from 'vitest';
import { undisturbed, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const RATE = 5_000;
const SECONDS = 20;
/** Until the heap has the size that this rate asks for. */
const SETTLING_SECONDS = 5;
/** Over ten minutes less than 5 MB are asked for; what grows with the messages shows in a thirtieth of them. */
const MAX_BYTES = 3 * 2 ** 20;

test('the load generator keeps nothing of what it sends and receives', async () => {
  await withRig({ clients: 100, ...modules }, async (rig) => {
    await rig.run(RATE, SETTLING_SECONDS);
    // A generator that is kept from its schedule catches up in bursts, and these take memory.
    const recording = await undisturbed(rig, RATE, SECONDS);
    expect(recording.delivered).toBe(RATE * SECONDS);
    expect(recording.rssBytes - recording.rssStartBytes).toBeLessThan(MAX_BYTES);
  });
}, 120_000);
