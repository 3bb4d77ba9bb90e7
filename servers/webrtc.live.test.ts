import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type {
  DataChannelLike,
  DataChannelSettings,
  Limits,
  Listener,
  PeerConnectionLike,
  Platform,
} from '../bench/contract.ts';
import { usualLimits } from '../bench/limits.ts';
import { Kit } from '../bench/testing/kit.ts';
import { RTCPeerConnection } from '../clients/platform/peer-connection.ts';
import { WebTransport } from '../clients/platform/webtransport.ts';
import * as client from '../clients/webrtc.ts';
import { answerOf, descriptionOf, readOffer } from './shared/webrtc/webrtc-signalling.ts';
import * as server from './webrtc.ts';

let kit: Kit;
beforeEach(() => {
  kit = new Kit();
});
afterEach(() => kit[Symbol.asyncDispose]());

function serve(changes: Partial<Limits> = {}): Promise<Listener> {
  return kit.listen(server, { limits: { ...usualLimits(1_000), ...changes } });
}

async function dial(url: string, PeerConnection: Platform['RTCPeerConnection'] = RTCPeerConnection) {
  const lost = Promise.withResolvers<Error>();
  const received: unknown[] = [];
  let arrived = Promise.withResolvers<unknown>();
  const message = (one: unknown): void => {
    received.push(one);
    arrived.resolve(one);
  };
  const platform: Platform = {
    WebSocket,
    CompressingWebSocket: WebSocket,
    RTCPeerConnection: PeerConnection,
    WebTransport,
    openStream: () => Promise.reject(new Error('not needed')),
    openHttp: () => {
      throw new Error('no HTTP here');
    },
  };
  const session = await kit.dial(client, url, { message, unreadable() {}, lost: lost.resolve }, { platform });
  const echo = (text: string): Promise<unknown> => {
    arrived = Promise.withResolvers();
    session.send(text);
    return arrived.promise;
  };
  return { session, received, lost: lost.promise, echo };
}

/** Bare signalling socket, with its messages and close code. */
function signalling(url: string) {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  kit.defer(() => socket.terminate());
  const opened = new Promise((resolve) => socket.once('open', resolve));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  return { socket, opened, closed };
}

const SHA256 = Array.from({ length: 32 }, () => 'AB').join(':');

/** Offer of Chromium, abridged. */
const OFFER = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=msid-semantic: WMS',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=candidate:1 1 udp 2113937151 192.0.2.7 53421 typ host',
  'a=ice-ufrag:7sFv',
  'a=ice-pwd:dOTZKZNVlO9RSGsEGM63JXT2',
  'a=ice-options:trickle',
  `a=fingerprint:sha-256 ${SHA256}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  '',
].join('\r\n');
const offered = (sdp: unknown): Buffer => Buffer.from(JSON.stringify({ type: 'offer', sdp }));
const FACTS = {
  ufrag: '7sFv',
  password: 'dOTZKZNVlO9RSGsEGM63JXT2',
  fingerprint: SHA256,
  sctpPort: 5_000,
  messageBytes: 262_144,
};

describe('an offer', () => {
  test('of a browser is read', () => expect(readOffer(offered(OFFER), false)).toEqual(FACTS));

  test('of our own client is read', async () => {
    const peer: PeerConnectionLike = new RTCPeerConnection();
    peer.createDataChannel('', { negotiated: true, id: 0 });
    const { sdp } = await peer.createOffer();
    peer.close();
    expect(sdp).not.toMatch(/candidate/);
    expect(readOffer(offered(sdp), false)).toMatchObject({ sctpPort: 5_000, messageBytes: 1 << 24 });
  });

  test.each([
    ['without a limit', OFFER.replace('262144', '0'), 2 ** 31 - 1],
    ['with a limit beyond all numbers', OFFER.replace('262144', '99999999999999999999'), 2 ** 31 - 1],
    ['that names none', OFFER.replace(/a=max-message-size:.*\r\n/, ''), 65_536],
  ])('%s is read', (_, sdp, messageBytes) => {
    expect(readOffer(offered(sdp), false)).toEqual({ ...FACTS, messageBytes });
  });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.from('')],
    ['no JSON', Buffer.from('{"type":"offer"')],
    ['null', Buffer.from('null')],
    ['a list', Buffer.from('[{"type":"offer"}]')],
    ['another type', Buffer.from(JSON.stringify({ type: 'answer', sdp: OFFER }))],
    ['more than it may', Buffer.from(JSON.stringify({ type: 'offer', sdp: OFFER, candidate: '' }))],
    ['no description', offered(undefined)],
    ['a description that is no text', offered({ toString: 'a=' })],
    ['no media', offered(OFFER.replace(/m=.*\r\n/, ''))],
    ['two media', offered(`${OFFER}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`)],
    ['another medium', offered(OFFER.replace('m=application', 'm=video'))],
    ['a decided role', offered(OFFER.replace('actpass', 'active'))],
    ['a short password', offered(OFFER.replace(/ice-pwd:.*/, 'ice-pwd:short'))],
    ['a password with a blank', offered(OFFER.replace('dOTZ', 'dO Z'))],
    ['an endless name', offered(OFFER.replace('7sFv', 'a'.repeat(257)))],
    ['a weak fingerprint', offered(OFFER.replace('sha-256', 'sha-1'))],
    ['half a fingerprint', offered(OFFER.replace(SHA256, SHA256.slice(0, 47)))],
    ['a port beyond ports', offered(OFFER.replace('5000', '65536'))],
    ['port 0', offered(OFFER.replace('5000', '0'))],
  ])('with %s is none', (_, data) => expect(readOffer(data, false)).toBeUndefined());

  test('in a binary frame is none', () => expect(readOffer(offered(OFFER), true)).toBeUndefined());

  test('reaches the library as its facts alone: it cannot say where to send', () => {
    const description = descriptionOf(FACTS);
    expect(description).not.toMatch(/candidate|192\.0\.2\.7|msid|4611731400430051336/);
    expect(readOffer(offered(description), false)).toEqual(FACTS);
  });
});

test('an answer names the limit that is kept to', () => {
  expect(JSON.parse(answerOf('a=max-message-size:1001\r\n', 1_000))).toEqual({
    type: 'answer',
    sdp: 'a=max-message-size:1000\r\n',
  });
});

test.each([
  ['no JSON', 'hello'],
  ['bytes', Buffer.from(offered(OFFER))],
  ['an offer that is none', '{"type":"offer","sdp":"v=0"}'],
])('signalling with %s is closed with 1008, and no one else is', async (_, message) => {
  const { url } = await serve();
  const bystander = await dial(url);
  const { socket, opened, closed } = signalling(url);
  await opened;
  socket.send(message);
  expect(await closed).toBe(1008);
  expect(await bystander.echo('still here')).toBe('still here');
});

test('signalling with more than fits is closed with 1009', async () => {
  const { url } = await serve();
  const { socket, opened, closed } = signalling(url);
  await opened;
  socket.send(' '.repeat(16_385));
  expect(await closed).toBe(1009);
});

test('whoever says more than one offer is closed with 1008', async () => {
  const { url } = await serve();
  const { socket, opened, closed } = signalling(url);
  await opened;
  for (const _ of [1, 2]) socket.send(String(offered(OFFER)));
  expect(await closed).toBe(1008);
});

test.each([
  ['offers nothing', undefined],
  ['offers and never comes', String(offered(OFFER))],
])('whoever %s is closed with 4408', async (_, message) => {
  const { url } = await serve({ handshakeMs: 50 });
  const { socket, opened, closed } = signalling(url);
  await opened;
  if (message !== undefined) socket.send(message);
  expect(await closed).toBe(4408);
});

test('a peer that ignores the limit loses its session, and no one else does', async () => {
  const { url } = await serve({ messageBytes: 1_000 });
  class Reckless extends RTCPeerConnection {
    override setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
      return super.setRemoteDescription({ sdp: sdp.replace('max-message-size:1000', 'max-message-size:1000000') });
    }
  }
  const [offender, bystander] = [await dial(url, Reckless), await dial(url)];
  expect(await offender.echo('x'.repeat(1_000))).toHaveLength(1_000);
  offender.session.send('x'.repeat(200_000));
  expect(String(await offender.lost)).toMatch(/1009 message too large/);
  expect(offender.received).toHaveLength(1);
  expect(await bystander.echo('still here')).toBe('still here');
  const multibyte = await dial(url, Reckless);
  multibyte.session.send('ü'.repeat(501));
  expect(String(await multibyte.lost)).toMatch(/1009/);
});

test('a flood ends its session', async () => {
  const { url } = await serve({ messagesPerSecond: 10 });
  const { session, lost } = await dial(url);
  for (let count = 0; count < 100; count++) session.send('x');
  expect(String(await lost)).toMatch(/1008 too many messages/);
});

test('whoever opens another channel loses its session, and no one else does', async () => {
  const { url } = await serve();
  const bystander = await dial(url);
  class Greedy extends RTCPeerConnection {
    override createDataChannel(label: string, settings: DataChannelSettings): DataChannelLike {
      super.createDataChannel('another', {});
      return super.createDataChannel(label, settings);
    }
  }
  // The refusal may arrive before the session is usable.
  const told = await dial(url, Greedy).then(
    ({ lost }) => lost,
    (reason: unknown) => reason,
  );
  expect(String(told)).toMatch(/1008 only one channel is allowed/);
  expect(await bystander.echo('still here')).toBe('still here');
});

test('whoever was told goodbye has no data channel either, whatever it makes of that', async () => {
  const { url } = await serve({ messagesPerSecond: 10 });
  const gone = Promise.withResolvers<void>();
  class Stubborn extends RTCPeerConnection {
    override createDataChannel(label: string, settings: DataChannelSettings): DataChannelLike {
      const channel = super.createDataChannel(label, settings);
      // Runs after the client has set its own handler.
      queueMicrotask(() => {
        channel.onclose = () => gone.resolve();
      });
      return channel;
    }
    override close(): void {}
  }
  const { session, lost } = await dial(url, Stubborn);
  for (let count = 0; count < 100; count++) session.send('x');
  expect(String(await lost)).toMatch(/1008/);
  await gone.promise;
});

test('a UDP port that is taken fails the server, not its sessions', async () => {
  const first = await serve();
  const port = Number(new URL(first.url).port);
  await first.close();
  const taken = createSocket('udp4');
  await new Promise<void>((resolve) => taken.bind(port, '127.0.0.1', resolve));
  kit.defer(() => new Promise<void>((resolve) => taken.close(resolve)));
  await expect(kit.listen(server, { port })).rejects.toThrow(/EADDRINUSE/);
});
