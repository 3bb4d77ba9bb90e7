import { expect, test } from 'vitest';
import { BROADCAST } from '../codec/header.ts';
import { Kit, within } from '../testing/kit.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { clientModule, findTransport, loadServer } from '../transports/index.ts';
import { LoadGenerator } from './generator.ts';

const { entry } = findTransport('ws')!;
const RATE = 100;
const SECONDS = 0.1;
const SIZE = 64;
const patience = { seconds: PATIENCE_SECONDS, signal: new AbortController().signal };

test('a worker that learns of a phase after another has sent all of its messages loses none of them', async () => {
  await using kit = new Kit();
  const { url } = await kit.listen(await loadServer(entry));
  const generator = kit.use(new LoadGenerator({ workers: 2, clients: 2, signal: patience.signal }));
  const message = { encoding: 'text', size: SIZE, seed: 1, opcode: BROADCAST, reaches: 'everyone' } as const;
  const sessions = { ...message, module: clientModule(entry), urls: [url], options: {}, pace: 'sleep' } as const;
  await generator.open(sessions, { until: 2, inFlight: 1 });
  const [punctual, late] = generator.workers;
  const downOf = async (): Promise<number> => (await late!.ask({ order: 'bytes' }, 'bytes', patience)).bytesDown;
  const before = await downOf();
  const startNs = await generator.prepare();
  const order = {
    order: 'phase',
    first: 0,
    rate: RATE,
    seconds: SECONDS,
    startNs,
    drainSeconds: PATIENCE_SECONDS,
  } as const;
  const first = punctual!.ask(order, 'phase', patience);
  // Every second message is the punctual worker's: five, of 64 bytes each.
  const arrived = expect.poll(async () => (await downOf()) - before);
  await within(arrived.toBeGreaterThanOrEqual(5 * SIZE), 'the messages of the punctual worker to arrive');
  const second = await late!.ask(order, 'phase', patience);
  for (const { recording } of [await first, second]) {
    const { delivered, unexpected, duplicated, early, errors } = recording;
    expect({ delivered, unexpected, duplicated, early, errors }).toEqual({
      delivered: RATE * SECONDS,
      unexpected: 0,
      duplicated: 0,
      early: 0,
      errors: {},
    });
  }
  // The late worker sends all of its messages too, only late.
  expect(second.recording).toMatchObject({ due: 5, sent: 5 });
});
