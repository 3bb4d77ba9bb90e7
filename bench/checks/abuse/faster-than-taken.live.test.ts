import { describe, expect, test } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import { listenOnLoopback } from '../../run/processes.ts';
import { Kit } from '../../testing/kit.ts';
import { onlyTransport, subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { capabilitiesOf, loadClient, optionsOf, serverModule } from '../../transports/index.ts';
import { ABUSE_LIMITS, MAX_LEFT_BYTES, memory, settle, startTrimmedServer } from './harness.ts';

/** Bytes that a peer sends as fast as it can: three times what the server may keep. */
const FLOOD_BYTES = 3 * MAX_LEFT_BYTES;
const MESSAGE_BYTES = 60_000;
const AGAIN_MS = 500;
const slow = new URL('slow-application.ts', import.meta.url).href;
/** Limits without a max message rate, because the application is what is slow. */
const limits = { ...ABUSE_LIMITS, messagesPerSecond: 1e9 };

const found = (await subjects()).filter(({ entry }) => entry.datagrams);

test('there are transports whose messages travel in datagrams', () => {
  // WIREBENCH_ONLY may leave none.
  expect(found.length).toBeGreaterThan(onlyTransport === undefined ? 0 : -1);
});

/** TCP slows a sender down when the server does not read. A library reads UDP by itself, so the server has to bound what it keeps. */
describe.each(found)('$name: a peer that sends faster than the application takes', (one) => {
  unavailable(one.unavailable);

  test('fills no memory', async () => {
    const { entry } = one;
    await using kit = new Kit();
    const server = kit.use(startTrimmedServer());
    const options = optionsOf(one);
    const { signal } = new AbortController();
    const settings = { module: serverModule(entry), options, limits, application: slow };
    const { url } = await listenOnLoopback(server, settings, signal);
    const client = await loadClient(entry);
    const connect = async () => {
      const lost = Promise.withResolvers<string>();
      let answered = Promise.withResolvers<void>();
      const receiver = {
        message: () => answered.resolve(),
        unreadable() {},
        lost: ({ message }: Error) => lost.resolve(message),
      };
      const session = await kit.dial(client, url, receiver, { options, platform });
      // Asks repeatedly, because some of these transports lose messages.
      const ask = async (): Promise<void> => {
        answered = Promise.withResolvers();
        void session.send('are you there?');
        const again = setInterval(() => void session.send('are you there?'), AGAIN_MS);
        await answered.promise;
        clearInterval(again);
      };
      return { session, lost: lost.promise, ask };
    };
    const [bystander, flooder] = [await connect(), await connect()];
    await bystander.ask();
    const before = await memory(server);

    let over: string | undefined;
    void flooder.lost.then((reason) => {
      over = reason;
    });
    const message = 'x'.repeat(Math.min(MESSAGE_BYTES, capabilitiesOf(one).mostBytes ?? MESSAGE_BYTES));
    for (let sent = 0; sent < FLOOD_BYTES && over === undefined; sent += message.length) {
      // Not awaited: the peer sends on even if it is held back. The session may end meanwhile.
      void Promise.resolve()
        .then(() => flooder.session.send(message))
        .catch(() => {});
      await new Promise(setImmediate);
    }
    await bystander.ask();
    // QUIC can hold a peer back, so that it may stay; WebRTC cannot, so the peer is told why it is cut.
    if (entry.port !== 'udp') expect(await flooder.lost).toMatch(/1008 too many bytes waiting/);
    await flooder.session.close();
    await bystander.ask();
    expect(await settle(server, before)).toBeLessThan(MAX_LEFT_BYTES);
  });
});
