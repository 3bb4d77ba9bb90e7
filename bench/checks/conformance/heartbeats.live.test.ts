import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { platform } from '../../../clients/platform/node.ts';
import type { ByteDuplex, Options, Platform } from '../../contract.ts';
import { Kit } from '../../testing/kit.ts';
import { countingRelay } from '../../testing/network/counting-relay.ts';
import { PATIENT } from '../../testing/patience.ts';
import { subjects } from '../../testing/subjects.ts';
import { unavailable } from '../../testing/unavailable.ts';
import { loadClient, loadServer, optionsOf, type TransportChoice, whyNoHeartbeat } from '../../transports/index.ts';

/** Fields of a TCP socket's row: addresses, state, and its timer with the ticks that it still has; 02 is that of keepalives. */
const ROW = /^\s*\d+: (\S+) (\S+) (\S+) \S+ (\S+):([\dA-F]+)/;
const ESTABLISHED = '01';
const KEEPALIVE = '02';
const TICKS_PER_SECOND = 100;

/** Shortest interval that the transport takes; undefined if its interval cannot be set. */
const shortest = (found: TransportChoice): number | undefined =>
  [0.2, 1].find((seconds) => whyNoHeartbeat(found, seconds) === undefined);

const settable = (await subjects()).filter((found) => shortest(found) !== undefined);

/** Transports whose heartbeats are the system's: no byte of them passes through a relay between sockets. */
const bySystem = (found: TransportChoice): boolean => found.entry.floor === true;

/** Starts a server with heartbeats and opens a session, through a relay if it is over TCP. */
async function open(kit: Kit, found: TransportChoice, between: typeof countingRelay, at: Platform = platform) {
  const heartbeatSeconds = shortest(found) ?? 0;
  const [server, client] = await Promise.all([loadServer(found.entry), loadClient(found.entry)]);
  const options: Options = { ...optionsOf(found), heartbeatSeconds };
  const listener = await kit.listen(server, { options });
  const relay = found.entry.port === 'udp' ? undefined : await between(kit, listener.url);
  const peer = await kit.connect(client, relay?.url ?? listener.url, { options, platform: at });
  return { heartbeatSeconds, listener, relay, peer };
}

/** Resolves once a value has changed so many times. */
async function changes(of: () => unknown, times: number): Promise<void> {
  let seen = 0;
  let last = of();
  await vi.waitUntil(() => {
    const now = of();
    if (now !== last) seen++;
    last = now;
    return seen >= times;
  }, PATIENT);
}

describe('a session at rest has heartbeats at the interval that is asked for', () => {
  const overTcp = settable.filter((found) => found.entry.port !== 'udp' && !bySystem(found));

  test.each(overTcp)('$name: bytes both ways, or down where nobody answers', async (found) => {
    await using kit = new Kit();
    const { heartbeatSeconds, listener, relay, peer } = await open(kit, found, countingRelay);
    expect(listener.effective.heartbeatSeconds).toBe(heartbeatSeconds);
    const began = performance.now();
    await changes(() => relay?.bytes.down, 4);
    // Four heartbeats have three intervals between them; a machine that is busy sees them late, never early.
    expect((performance.now() - began) / 1e3).toBeGreaterThan(heartbeatSeconds);
    expect([peer.received, peer.unreadables, peer.losses]).toEqual([[], [], []]);
    expect(await peer.echo('still here')).toBe('still here');
  });

  test.each(settable.filter(bySystem))('$name: both ends’ keepalive timers run', async (found) => {
    await using kit = new Kit();
    const { heartbeatSeconds, listener } = await open(kit, found, async (_, url) => ({
      url,
      bytes: { up: 0, down: 0 },
      sources: new Map(),
    }));
    expect(listener.effective.heartbeatSeconds).toBe(heartbeatSeconds);
    const port = Number(new URL(listener.url).port).toString(16).toUpperCase().padStart(4, '0');
    const timers = () =>
      readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .flatMap((line) => {
          const [, local = '', remote = '', state, timer, ticks = ''] = ROW.exec(line) ?? [];
          const isOurs = [local, remote].some((address) => address.endsWith(`:${port}`));
          return isOurs && state === ESTABLISHED ? [{ timer, seconds: parseInt(ticks, 16) / TICKS_PER_SECOND }] : [];
        });
    await vi.waitUntil(() => timers().length === 2 && timers().every(({ timer }) => timer === KEEPALIVE), PATIENT);
    expect(Math.max(...timers().map(({ seconds }) => seconds))).toBeLessThanOrEqual(heartbeatSeconds);
  });

  describe.each(settable.filter(({ entry }) => entry.port === 'udp'))('$name', (found) => {
    unavailable(found.unavailable);

    test('as empty frames on its stream', async () => {
      await using kit = new Kit();
      let frames = 0;
      class Watched extends platform.WebTransport {
        override async createBidirectionalStream(): Promise<ByteDuplex> {
          const stream = await super.createBidirectionalStream();
          const reader = stream.readable.getReader();
          const read = async () => {
            const chunk = await reader.read();
            frames++;
            return chunk;
          };
          return { writable: stream.writable, readable: { getReader: () => ({ read }) } };
        }
      }
      const { heartbeatSeconds, listener, peer } = await open(kit, found, countingRelay, {
        ...platform,
        WebTransport: Watched,
      });
      expect(listener.effective.heartbeatSeconds).toBe(heartbeatSeconds);
      await changes(() => frames, 4);
      expect([peer.received, peer.unreadables, peer.losses]).toEqual([[], [], []]);
      expect(await peer.echo('still here')).toBe('still here');
    });
  });
});

/** Relay that can fall silent: it then takes what comes and passes nothing on, so that both ends see an open connection. */
async function silencing(kit: Kit, target: string) {
  const { hostname, port } = new URL(target);
  let silent = false;
  const ends: Promise<unknown>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial({ host: hostname, port: Number(port) });
    for (const [one, another] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => {
        if (!silent) another.write(chunk);
      });
      one.on('error', () => {});
    }
    ends.push(Promise.race([once(far, 'end'), once(far, 'close')]));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  kit.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: target.replace(`${hostname}:${port}`, `127.0.0.1:${(server.address() as AddressInfo).port}`),
    bytes: { up: 0, down: 0 },
    sources: new Map<string, number>(),
    /** Passes nothing on from now on. Returns what resolves when the server has ended every connection. */
    fall(): Promise<unknown> {
      silent = true;
      return Promise.all(ends);
    },
  };
}

/** Transports in which both ends cut a peer that does not answer. In the others nobody answers, or the system asks. */
const ANSWERED = ['ws', 'socketio', 'mqtt', 'graphql', 'grpc'];
const answered = settable.filter(({ entry, variant }) => ANSWERED.includes(entry.id) && variant === null);

test.each(answered)('$name: a peer that does not answer is cut, from both sides', async (found) => {
  await using kit = new Kit();
  let fall = (): Promise<unknown> => Promise.reject(new Error('there is no relay'));
  const { peer } = await open(kit, found, async (inside, url) => {
    const relay = await silencing(inside, url);
    fall = relay.fall;
    return relay;
  });
  expect(await peer.echo('here')).toBe('here');
  const cut = fall();
  await Promise.all([cut, peer.isLost()]);
  expect(peer.losses).toHaveLength(1);
});
