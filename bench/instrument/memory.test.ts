import { expect, test } from 'vitest';
import { clientModule, serverModule } from '../registry.ts';
import { withRig } from './rig.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const RATE = 5_000;
const SECONDS = 20;
/** Over ten minutes less than 5 MB are asked for; what grows with the messages shows in a thirtieth of them. */
const MOST_BYTES = 3 * 2 ** 20;

test('the load generator keeps nothing of what it sends and receives', async () => {
  await withRig({ clients: 100, ...modules }, async (rig) => {
    const recording = await rig.run(RATE, SECONDS);
    expect(recording.delivered).toBe(RATE * SECONDS);
    expect(recording.rssBytes - recording.rssStartBytes).toBeLessThan(MOST_BYTES);
  });
}, 60_000);
