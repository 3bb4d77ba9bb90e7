import { expect, test } from 'vitest';
import { undisturbed, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const RATE = 5_000;
const SECONDS = 20;
/** Time in which the heap grows to the size that this rate needs. */
const SETTLING_SECONDS = 5;
/** Max growth of the worker's memory. The requirement is 5 MB in ten minutes; growth with the number of messages shows in a thirtieth of that. */
const MAX_BYTES = 3 * 2 ** 20;

test('the load generator keeps nothing of what it sends and receives', async () => {
  await withRig({ clients: 100, ...modules }, async (rig) => {
    await rig.run(RATE, SETTLING_SECONDS);
    // Undisturbed, because a generator that is behind its schedule catches up in bursts, which take memory.
    const recording = await undisturbed(rig, RATE, SECONDS);
    expect(recording.delivered).toBe(RATE * SECONDS);
    expect(recording.rssBytes - recording.rssStartBytes).toBeLessThan(MAX_BYTES);
  });
}, 120_000);
