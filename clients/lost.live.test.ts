import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { DataChannelLike, DataChannelSettings, Platform } from '../bench/contract.ts';
import { Kit } from '../bench/testing/kit.ts';
import { subjects } from '../bench/testing/subjects.ts';
import { unavailable } from '../bench/testing/unavailable.ts';
import { loadClient, loadServer, optionsOf } from '../bench/transports/index.ts';
import { platform } from './platform/node.ts';

/**
 * Time between the end of a connection and `lost`, as a multiple of the half second that a client may wait for a close code. It is
 * counted in turns of an event loop that never sleeps, so that a machine that stands still does not count. The half a minute after which
 * a goodbye that cannot arrive is given up is sixty times as long.
 */
const MAX_HALF_SECONDS = 6;

/** Diagnostics channel on which Node announces a TCP socket that begins to connect. */
const CLIENT_SOCKET = 'net.client.socket';

/** Counts the turns of the event loop, which never sleeps meanwhile. */
class Turns implements Disposable {
  count = 0;
  #over = false;

  constructor() {
    const turn = (): void => {
      this.count++;
      if (!this.#over) setImmediate(turn);
    };
    turn();
  }

  [Symbol.dispose](): void {
    this.#over = true;
  }
}

/** Relay in front of a server. Once it is silent it carries nothing on its connections, and accepts no more of them. */
async function silencingRelay(kit: Kit, target: URL) {
  const pairs: { near: Socket; far: Socket }[] = [];
  let isSilent = false;
  const server = createServer((near) => {
    near.on('error', () => {});
    if (isSilent) return void near.destroy();
    const far = dial(Number(target.port), target.hostname).on('error', () => {});
    near.pipe(far).pipe(near);
    pairs.push({ near, far });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const url = new URL(target);
  url.port = String(port);
  return {
    url: url.href,
    port,
    silence() {
      isSilent = true;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.unpipe().pause();
    },
    /** Functions that reset one of the client's connections each, in the order in which they were opened. */
    resets: () =>
      pairs.map(
        ({ near }) =>
          () =>
            void near.resetAndDestroy(),
      ),
    end() {
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.destroy();
    },
  };
}

/** Platform that keeps the data channels of its clients, so that a test can say of one that it has closed. */
function withChannels(channels: DataChannelLike[]): Platform {
  class PeerConnection extends platform.RTCPeerConnection {
    override createDataChannel(label: string, settings: DataChannelSettings): DataChannelLike {
      const channel = super.createDataChannel(label, settings);
      channels.push(channel);
      return channel;
    }
  }
  return { ...platform, RTCPeerConnection: PeerConnection };
}

describe.each(await subjects())('$name', async ({ entry, variant, unavailable: reason }) => {
  unavailable(reason);

  test('lost follows at once when a part of the session ends, though nothing else can be sent or received', async ({
    skip,
  }) => {
    // Its only connection is QUIC's, whose end cannot be made from outside the native library.
    if (entry.port === 'udp') skip('no relay here carries QUIC');
    await using kit = new Kit();
    const options = optionsOf({ entry, variant });
    const [server, client] = await Promise.all([loadServer(entry), loadClient(entry)]);
    const relay = await silencingRelay(kit, new URL((await kit.listen(server, { options })).url));
    using turns = new Turns();
    let endedAt = 0;
    const watch = (announced: unknown): void => {
      const { socket } = announced as { socket: Socket };
      socket.once('connect', () => {
        if (socket.remotePort !== relay.port) return;
        socket.once('close', () => {
          endedAt = turns.count;
        });
      });
    };
    subscribe(CLIENT_SOCKET, watch);
    kit.defer(() => unsubscribe(CLIENT_SOCKET, watch));
    const channels: DataChannelLike[] = [];
    const beforehand = turns.count;
    await sleep(500);
    const maxTurns = MAX_HALF_SECONDS * (turns.count - beforehand);
    const peer = await kit.connect(client, relay.url, { options, platform: withChannels(channels) });
    expect(await peer.echo('hello')).toBe('hello');

    relay.silence();
    // A request that will have no answer.
    peer.send('into the silence').catch(() => {});
    let lostAt: number | undefined;
    void peer.isLost().then(() => {
      lostAt = turns.count;
    });
    const closeChannel = (channel: DataChannelLike) => (): void => {
      endedAt = turns.count;
      channel.onclose?.({});
    };
    // A part may have nothing to do with what is received, such as an idle connection for requests.
    for (const end of [...channels.map(closeChannel), ...relay.resets()]) {
      end();
      const began = turns.count;
      while (lostAt === undefined && turns.count < began + maxTurns) await new Promise(setImmediate);
      if (lostAt !== undefined) break;
      // The end of a channel is the end of its session, whatever else is still open.
      expect(channels).toEqual([]);
    }
    await peer.isLost();
    relay.end();
    expect(lostAt! - endedAt).toBeLessThan(maxTurns);
  });
});
