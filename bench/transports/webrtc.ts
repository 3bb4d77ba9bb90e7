import type { Framing } from '../checks/theory/framing.ts';
import { dataChannelMessage, SACK_DATAGRAM } from '../checks/theory/parts.ts';
import type { BuiltInTransport } from './shape.ts';
import { overWebSocket } from './shared/addresses.ts';
import { connection, pause, UPGRADE, waitFor } from './shared/handshake.ts';
import { fixedInterval } from './shared/heartbeats.ts';

/** Byte formula of all variants: neither order nor reliability changes a chunk's length (RFC 9260 §3.3.1, RFC 3758 §3.2). */
const framing: Framing = {
  source:
    'RFC 9260 §3.1 (SCTP header), §3.3.1 (DATA), §3.3.4 (SACK, with a message where it fits); RFC 6347 §4.1 and RFC 5288 §3 (DTLS 1.2, AES-GCM); fragments as RFC 8261 §5',
  datagrams: { acknowledgementBytes: SACK_DATAGRAM },
  exchange: ({ size }) => ({ up: dataChannelMessage(size), down: dataChannelMessage(size) }),
};

/** Pacing of checks, Ta. RFC 8445 §14.2 */
const PACING_SECONDS = 0.05;

export const transport: BuiltInTransport = {
  id: 'webrtc',
  title: 'WebRTC data channel',
  family: 'peer',
  datagrams: true,
  native: true,
  browser: {
    speaks: 'always',
    sessionsPerContext: 250,
    // Chromium's `max-message-size` (RFC 8841 §6).
    mostBytes: 262_144,
    because: 'Chromium keeps at most 500 peer connections in a page, closed ones too until they are collected',
  },
  capabilities: {
    binary: true,
    ordered: true,
    reliable: true,
    upstream: 'connection',
    auth: true,
    resume: 'log',
  },
  dissection: {
    filter: 'websocket || stun || dtls',
    sealed: 'libdatachannel gives out no DTLS secrets, so only the signalling can be read.',
  },
  addresses: overWebSocket,
  framing,
  roundTrips: (conditions) => [
    ...connection(conditions),
    { ...UPGRADE, step: 'signalling' },
    waitFor('offer', 'RFC 3264 §4: the answer to it'),
    waitFor(
      'ICE',
      'RFC 8445 §7.3.1.4: the client’s check, then the server’s own; DTLS begins when that is answered',
      1.5,
    ),
    waitFor('DTLS', 'RFC 6347 §4.2.4: the four flights of DTLS 1.2, of which the server sends the first', 1.5),
    waitFor('SCTP', 'RFC 9260 §5.1: INIT and COOKIE ECHO', 2),
    ...pause('pacing', 'RFC 8445 §14.2: 50 ms before the check of each side', 2 * PACING_SECONDS, conditions),
  ],
  steps: null,
  // Attacks go to the WebSocket that peers negotiate over.
  handshake: 'the server must answer the offer, open the data channel and say that it is ready',
  heartbeats: fixedInterval('ICE consent, about every 5 s (RFC 7675 §5.1)'),
  surface: {
    protocol: 'websocket',
    refusals: {
      tooLarge: /exceeds limit|max-message-size|1009/,
      unauthorized: /401/,
      flood: /1008/,
      silence: /4408/,
      behind: /1013/,
    },
  },
  foreign: async () => (await import('../checks/fuzz/tools/signalling.ts')).listenForOffers,
  proxied: { never: 'sends its messages over UDP, of which such a proxy passes on nothing' },
  variants: [
    { id: 'unordered', title: 'unordered', options: { ordered: false }, capabilities: { ordered: false }, framing },
    {
      id: 'lossy',
      title: 'unordered, without retransmission',
      options: { ordered: false, maxRetransmits: 0 },
      capabilities: { ordered: false, reliable: false },
      framing,
    },
  ],
};
