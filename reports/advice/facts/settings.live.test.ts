import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type IConnectPacket, type ISubscribePacket, type Packet, parser } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { ECHO, senderPrefix, sequenceDigits } from '../../../bench/codec/header.ts';
import type { Http, Options, Platform } from '../../../bench/contract.ts';
import { Kit, type Peer } from '../../../bench/testing/kit.ts';
import { subjects } from '../../../bench/testing/subjects.ts';
import { unavailable } from '../../../bench/testing/unavailable.ts';
import {
  capabilitiesOf,
  loadClient,
  loadServer,
  optionsOf,
  type TransportChoice,
  transportNames,
} from '../../../bench/transports/index.ts';
import { platform } from '../../../clients/platform/node.ts';
import { FORGET_MS } from '../../../servers/shared/http/polling.ts';
import { NEEDS, type NeedId } from '../questions/needs.ts';
import { factsOf } from './index.ts';
import { ELSEWHERE, type Fact } from './shape.ts';

/** One session of a transport with its real server and client, in which one message has been answered. */
interface Seen {
  readonly fact: Fact;
  readonly url: string;
  /** Settings that the server says are in force. */
  readonly effective: Options;
  readonly options: Options;
  readonly upstream: 'connection' | 'request';
  /** Bytes that the client sent and received; empty where messages travel in datagrams. */
  readonly up: () => Buffer;
  readonly down: () => Buffer;
  /** Calls of the platform: streams and channels opened, and the highest number of requests in progress, by method. */
  readonly calls: Calls;
  readonly peer: Peer;
}

interface Calls {
  streams: number;
  readonly channels: Parameters<InstanceType<Platform['RTCPeerConnection']>['createDataChannel']>[1][];
  readonly requests: Record<string, number>;
}

const message = (number: number): string => `${senderPrefix(ECHO, 0)}${sequenceDigits(number)}0123456789abcdef`;

/** Opens a session through a relay that keeps its bytes, and exchanges messages over it. */
async function see(kit: Kit, choice: TransportChoice, fact: Fact): Promise<Seen> {
  const options = optionsOf(choice);
  const [server, client] = [await loadServer(choice.entry), await loadClient(choice.entry)];
  const { url, effective } = await kit.listen(server, { options });
  const relay = choice.entry.datagrams === true ? undefined : await relayTo(kit, new URL(url));
  const calls: Calls = { streams: 0, channels: [], requests: {} };
  const peer = await kit.connect(client, relay?.url ?? url, { options, platform: watched(calls) });
  await peer.burst([0, 1, 2, 3].map(message));
  await peer.has(4);
  return {
    fact,
    url,
    effective,
    options,
    upstream: capabilitiesOf(choice).upstream,
    up: () => Buffer.concat(relay?.up ?? []),
    down: () => Buffer.concat(relay?.down ?? []),
    calls,
    peer,
  };
}

async function relayTo(kit: Kit, target: URL) {
  const [up, down]: [Buffer[], Buffer[]] = [[], []];
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const one of [socket, onward]) one.on('error', () => {});
    socket.on('data', (chunk) => up.push(chunk)).pipe(onward);
    onward.on('data', (chunk) => down.push(chunk)).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  kit.defer(() => void server.close());
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, up, down };
}

/** Platform that counts what a client opens. */
function watched(calls: Calls): Platform {
  class Transport extends platform.WebTransport {
    override createBidirectionalStream() {
      calls.streams++;
      return super.createBidirectionalStream();
    }
  }
  class PeerConnection extends platform.RTCPeerConnection {
    override createDataChannel(...args: Parameters<InstanceType<Platform['RTCPeerConnection']>['createDataChannel']>) {
      calls.channels.push(args[1]);
      return super.createDataChannel(...args);
    }
  }
  return {
    ...platform,
    WebTransport: Transport,
    RTCPeerConnection: PeerConnection,
    openHttp: (version) => counted(platform.openHttp(version), calls.requests),
  };
}

function counted(http: Http, most: Record<string, number>): Http {
  const now: Record<string, number> = {};
  return {
    EventSource: http.EventSource,
    stream: (...args) => http.stream(...args),
    close: () => http.close(),
    async fetch(url, request) {
      const { method } = request;
      now[method] = (now[method] ?? 0) + 1;
      most[method] = Math.max(most[method] ?? 0, now[method]);
      try {
        return await http.fetch(url, request);
      } finally {
        now[method]--;
      }
    },
  };
}

/** Packets that an MQTT client sent. */
function packetsIn(bytes: Buffer): Packet[] {
  const found: Packet[] = [];
  const reader = parser();
  reader.on('packet', (packet) => found.push(packet));
  reader.parse(bytes);
  return found;
}

/** CONNECT of a session; over WebSocket it is found in the client's frames, unmasked. */
function connectPacket({ up }: Seen): IConnectPacket {
  const found = packetsIn(overFrames(up())).find(({ cmd }) => cmd === 'connect');
  if (found?.cmd !== 'connect') throw new Error('no CONNECT was sent');
  return found;
}

/** Content of a client's WebSocket frames after the handshake; bytes of another protocol as they are. */
function overFrames(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, 4).equals(Buffer.from('GET '))) return bytes;
  const parts: Buffer[] = [];
  let rest = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  while (rest.length > 6) {
    const short = (rest[1] ?? 0) & 0x7f;
    const length = short === 126 ? rest.readUInt16BE(2) : short;
    const start = short === 126 ? 8 : 6;
    const mask = rest.subarray(start - 4, start);
    parts.push(Buffer.from(rest.subarray(start, start + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0))));
    rest = rest.subarray(start + length);
  }
  return Buffer.concat(parts);
}

const subscribedWith = ({ up }: Seen): number[] =>
  packetsIn(overFrames(up()))
    .filter((packet): packet is ISubscribePacket => packet.cmd === 'subscribe')
    .flatMap(({ subscriptions }) => subscriptions.map(({ qos }) => qos));

/** Heartbeat in force, which the note names in seconds. */
function saysHeartbeat({ fact, effective }: Seen, seconds = Number(effective.heartbeatSeconds)): void {
  if (seconds === 0) expect(fact.note).toMatch(/sends nothing here|are off here/);
  else expect(fact.note).toContain(`every ${seconds} s`);
}

/** True if no more than one poll, and one message up, was under way at a time, although four were sent at once. */
function oneRequestEach({ calls: { requests } }: Seen): void {
  expect(requests.POST).toBe(1);
  expect(requests.GET ?? 1).toBe(1);
}

/** Answers of the server to one cursor, asked for twice on separate connections. */
async function repeats({ url, fact }: Seen): Promise<void> {
  const { session } = (await (await fetch(`${url}/sessions`, { method: 'POST' })).json()) as { session: string };
  await fetch(`${url}/messages/${session}`, { method: 'POST', body: message(0) });
  const poll = async (): Promise<unknown> => (await fetch(`${url}/messages/${session}?cursor=0`)).json();
  expect(await poll()).toEqual({ cursor: 1, messages: [message(0)] });
  expect(await poll()).toEqual({ cursor: 1, messages: [message(0)] });
  expect(fact.note).toContain(`within ${FORGET_MS / 1e3} s`);
}

type Check = (seen: Seen) => void | Promise<void>;
const isClean: Check = (seen) => {
  expect(connectPacket(seen)).toMatchObject({ clean: true });
  leavesNothing(seen);
};
const leavesNothing: Check = (seen) => {
  expect(connectPacket(seen).will).toBeUndefined();
  const sent = packetsIn(overFrames(seen.up())).filter((packet) => packet.cmd === 'publish');
  expect(sent.map(({ retain }) => retain)).toEqual([false, false, false, false]);
};

/** Checks of the facts that speak of a setting of ours, by transport and need; each holds for the transport and its variants. */
const CHECKS: Readonly<Record<string, Partial<Readonly<Record<NeedId, Check>>>>> = {
  ws: { quiet: saysHeartbeat },
  graphql: { quiet: saysHeartbeat },
  grpc: { quiet: saysHeartbeat },
  'http-stream': {},
  sse: {
    quiet: saysHeartbeat,
    replay({ up, down, effective }) {
      expect(effective.eventIds).toBe(false);
      expect(up().toString('latin1')).not.toMatch(/last-event-id/i);
      expect(down().toString('latin1')).not.toMatch(/^id:/m);
    },
  },
  'long-polling': { ordered: oneRequestEach, replay: repeats, quiet: saysHeartbeat },
  'short-polling': {
    ordered: oneRequestEach,
    replay: repeats,
    'push-only': ({ fact, options }) => expect(fact.note).toContain(`${options.intervalMs} ms`),
  },
  mqtt: {
    browser: ({ url, fact }) => {
      expect(fact.form).toBe('ws');
      expect(url).toMatch(/^mqtt:/);
    },
    replay(seen) {
      isClean(seen);
      expect(new Set(subscribedWith(seen))).toEqual(new Set([Number(seen.options.qos ?? 0)]));
      expect(seen.fact.note.includes('QoS 0')).toBe((seen.options.qos ?? 0) === 0);
    },
    devices(seen) {
      expect(connectPacket(seen).clean).toBe(seen.fact.note.includes('are clean'));
      leavesNothing(seen);
    },
    quiet: (seen) => saysHeartbeat(seen, connectPacket(seen).keepalive),
  },
  socketio: {
    'http-only': ({ effective, fact, up }) => {
      expect(fact.form).toBe('polling');
      expect(up().toString('latin1')).toMatch(/transport=websocket/);
      expect(String(effective.transports)).toContain('websocket');
    },
    // With recovery, the server's answer to CONNECT has a `pid` beside the `sid`, a text in JSON or MessagePack.
    replay: ({ down }) => {
      expect(down().toString('latin1')).toMatch(/sid/);
      expect(down().toString('latin1')).not.toMatch(/pid(?:":"|[\xa0-\xbf\xd9-\xdb])/);
    },
    quiet: (seen) =>
      saysHeartbeat(
        seen,
        JSON.parse(/\{"sid".*?\}/.exec(seen.down().toString('latin1'))?.[0] ?? '{}').pingInterval / 1e3,
      ),
  },
  webrtc: {
    ordered: ({ calls, effective }) => {
      expect(calls.channels).toMatchObject([{ ordered: true }]);
      expect(effective.ordered).toBe(true);
    },
    reliable: ({ calls, effective }) => {
      expect(calls.channels.map(({ maxRetransmits }) => maxRetransmits)).toEqual([undefined]);
      expect(effective.reliable).toBe(true);
    },
    lossy: ({ calls, fact }) => {
      expect(fact.form).toBe('unordered');
      expect(calls.channels).toMatchObject([{ ordered: true }]);
    },
    // Both ends of the channel are a server of ours and its client.
    peer: ({ peer }) => expect(peer.received).toHaveLength(4),
  },
  webtransport: {
    ordered: ({ calls, effective }) => {
      expect(calls.streams).toBe(1);
      expect(effective.datagrams).toBe(false);
    },
    lossy: ({ calls, fact, effective }) => {
      expect(fact.form).toBe('datagram');
      expect([calls.streams, effective.datagrams]).toEqual([1, false]);
    },
    quiet: saysHeartbeat,
  },
};

/** Facts of a transport or variant that are true only of a setting of ours: those that say “here”, and those met elsewhere. */
function settled(name: string): { readonly need: NeedId; readonly fact: Fact }[] {
  const [id = '', variant = null] = name.split(':');
  const facts = factsOf(id, variant);
  if (facts === undefined) return [];
  return NEEDS.map(({ id: need }) => ({ need, fact: facts[need] })).filter(
    ({ fact }) => fact.value === ELSEWHERE || /\bhere\b/.test(fact.note),
  );
}

const settledSubjects = (await subjects()).flatMap((one) => {
  const facts = settled(one.name);
  return facts.length === 0 ? [] : [{ ...one, facts }];
});

describe.each(settledSubjects)('facts about $name hold against the running server and client', (one) => {
  unavailable(one.unavailable);

  test.each(one.facts)('$need', async ({ need, fact }) => {
    const check = CHECKS[one.entry.id]?.[need];
    if (check === undefined) throw new Error(`nothing holds “${fact.note}” against what the code does`);
    await using kit = new Kit();
    await check(await see(kit, one, fact));
  });
});

test('a check exists only for a fact that needs it', () => {
  const needed = new Set(
    transportNames().flatMap((name) => settled(name).map(({ need }) => `${name.split(':')[0]} ${need}`)),
  );
  const checks = Object.entries(CHECKS).flatMap(([id, those]) => Object.keys(those).map((need) => `${id} ${need}`));
  expect(checks.filter((check) => !needed.has(check))).toEqual([]);
});
