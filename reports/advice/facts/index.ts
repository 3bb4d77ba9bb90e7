import type { NeedId } from '../questions/needs.ts';
import { S, type Source } from './sources.ts';

/**
 * `depends`: it passes if what the note says holds, which is for others to see to. `other form`: it passes in a form that was
 * not measured, so that the figures are not those of what would be used.
 */
export type FactValue = 'yes' | 'no' | 'depends' | 'other form';
export type Tag = 'measured' | 'specification' | 'judgement';

export type Fact = {
  readonly value: FactValue;
  /** Completes “yes: …”, “no: …” or “only if …”. */
  readonly note: string;
  readonly source: Source;
  readonly tag: Tag;
  /** The variant that another form is, where it has a name: what that one cannot do, this one cannot do so either. */
  readonly form?: string;
};

/** What the authors think, as they would say it; it has no clause and no interval, and can be left out. */
export type Judgement = {
  readonly level: Level;
  readonly note: string;
  readonly source: Source;
  readonly tag: 'judgement';
};

/** 1: the best there is; 2: middling; 3: the most work, or the least to be had. */
export const LEVELS = [1, 2, 3] as const;
export type Level = (typeof LEVELS)[number];

export const JUDGED = ['simplicity', 'features'] as const;
export type JudgedCriterion = (typeof JUDGED)[number];

export type Family = {
  readonly title: string;
  readonly facts: Readonly<Record<NeedId, Fact>>;
  readonly judgements: Readonly<Record<JudgedCriterion, Judgement>>;
  /** Where a variant differs; it inherits the rest. */
  readonly variants?: Readonly<Record<string, Partial<Readonly<Record<NeedId, Fact>>>>>;
};

const fact =
  (value: FactValue) =>
  (source: Source, note: string, tag: Tag = 'specification'): Fact => ({ value, note, source, tag });
const [yes, no, depends] = [fact('yes'), fact('no'), fact('depends')];
const otherForm = (source: Source, note: string, form?: string): Fact => ({
  value: 'other form',
  note,
  source,
  tag: 'specification',
  ...(form === undefined ? {} : { form }),
});

const AUTHORS: Source = {
  clause: 'judgement of the authors; --judge puts yours in its place, --no-judgement leaves it out',
  url: 'docs/choosing.md#judgement',
};
const judged = (level: Judgement['level'], note: string): Judgement => ({
  level,
  note,
  source: AUTHORS,
  tag: 'judgement',
});

const NOT_PEER = 'client and server, never two clients';
const NO_SCHEMA = 'carries messages, knows no schema';
const APP_REPLAY = 'nothing of the protocol says what a client has had; the application must';
const NO_SESSIONS = 'when the connection goes, the session goes with it';
const TCP_WAITS = 'one TCP stream: what comes after a lost packet waits for it';
const HOLDS = 'a gateway holds the connections for the host';

/** What HTTP requests and responses have in common, whichever way the server holds them. */
const overHttp = {
  'http-only': yes(S.content, 'nothing but requests and responses'),
  http1: yes(S.http1, 'HTTP/1.1 is enough'),
  reliable: yes(S.tcpOrder, 'TCP, while the session lives'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  peer: no(S.httpRoles, NOT_PEER),
  devices: no(S.httpRoles, 'HTTP keeps no session for who is away, and tells nobody that one is gone'),
  graphql: no(S.content, NO_SCHEMA),
  upstream: no(S.post, 'a message up is a request of its own'),
} as const;

/** What follows from a connection that WebSocket carries. */
const overWebSocket = {
  browser: yes(S.wsApi, 'every browser has it'),
  upstream: yes(S.wsPurpose, 'two ways on one connection'),
  'http-only': no(S.upgrade, 'the connection is upgraded away from HTTP, which a proxy may refuse'),
  buffering: yes(S.upgrade, 'after the upgrade no response is left to hold back'),
  http1: yes(S.wsHandshake, 'its handshake is HTTP/1.1'),
  ordered: yes(S.tcpOrder, 'one TCP stream'),
  reliable: yes(S.tcpOrder, 'TCP, while the connection lives'),
  lossy: no(S.tcpOrder, TCP_WAITS),
  'push-only': yes(S.wsPurpose, 'the server sends when it likes'),
  peer: no(S.wsPurpose, NOT_PEER),
  serverless: depends(S.gateway, HOLDS),
  quiet: yes(S.wsPing, 'silent but for pings, as rare as one likes'),
} as const;

/** The only thing a report knows transports by name in: data. Keys are the ids of the registry. */
export const FACTS: Readonly<Record<string, Family>> = {
  ws: {
    title: 'WebSocket',
    facts: {
      ...overWebSocket,
      binary: yes(S.wsFrames, 'frames of text or of bytes'),
      replay: no(S.wsDesign, APP_REPLAY),
      devices: no(S.wsDesign, NO_SESSIONS),
      graphql: no(S.wsFrames, NO_SCHEMA),
    },
    judgements: {
      simplicity: judged(1, 'one handshake, then messages; every platform has a client'),
      features: judged(3, 'reconnecting, heartbeats, rooms and replay are yours to write'),
    },
  },
  socketio: {
    title: 'Socket.IO',
    facts: {
      ...overWebSocket,
      'http-only': otherForm(
        S.sockets,
        'it polls (its own first choice); what is measured here is its WebSocket transport',
        'polling',
      ),
      buffering: yes(S.sockets, 'over WebSocket nothing is held back, and its polls are complete responses'),
      ordered: yes(S.socketsDelivery, 'guaranteed whichever transport carries it'),
      reliable: yes(S.socketsDelivery, 'while the connection lives; at most once across a break'),
      binary: yes(S.socketsBinary, 'buffers travel as attachments'),
      replay: depends(
        S.socketsRecovery,
        'connection state recovery is switched on, its adapter keeps packets, and the break is short',
      ),
      devices: no(S.socketsDelivery, 'the server keeps nothing for a client that is away'),
      graphql: no(S.sockets, NO_SCHEMA),
      serverless: depends(S.gateway, `${HOLDS} and speaks Socket.IO’s protocol`, 'judgement'),
      quiet: yes(S.sockets, 'a ping every 25 s unless set otherwise'),
    },
    judgements: {
      simplicity: judged(2, 'a library of its own on both sides, and sticky sessions while it may poll'),
      features: judged(1, 'reconnecting, rooms, acknowledgements and fallback are there'),
    },
    variants: {
      polling: {
        upstream: no(S.sockets, 'messages up are POST requests'),
        'http-only': yes(S.sockets, 'nothing but requests and responses'),
        serverless: depends(S.longPollingIssues, 'requests may be held for the length of a poll'),
        quiet: depends(S.sockets, 'a request every 25 s, with its headers, is little enough'),
      },
      upgrade: {
        'http-only': otherForm(
          S.sockets,
          'it stays with polling where the upgrade fails; what is measured here upgraded',
          'polling',
        ),
      },
    },
  },
  sse: {
    title: 'Server-Sent Events + POST',
    facts: {
      ...overHttp,
      browser: yes(S.eventSource, 'EventSource'),
      binary: no(S.eventStream, 'an event stream is UTF-8 text'),
      http1: yes(S.eventNotes, 'HTTP/1.1 is enough; then all tabs of an origin share the few connections of a browser'),
      buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
      ordered: yes(S.tcpOrder, 'one response, read in order; messages up one request after another'),
      replay: depends(
        S.lastEventId,
        'the server numbers events and keeps them: the client says by Last-Event-ID what it had',
      ),
      'push-only': yes(S.eventSource, 'what it was made for'),
      serverless: depends(S.httpStreamingIssues, 'a response may last, and the client reconnects each time it is cut'),
      quiet: yes(S.eventNotes, 'silent but for a comment every 15 s or so, where proxies want one'),
    },
    judgements: {
      simplicity: judged(1, 'a response that does not end; curl reads it'),
      features: judged(2, 'browsers reconnect and say what they had; no way up of its own'),
    },
    variants: {
      h2: { http1: no(S.http2, 'this variant is HTTP/2') },
      base64: { binary: depends(S.eventStream, 'base64 will do, a third longer') },
    },
  },
  'http-stream': {
    title: 'Streamed response + POST',
    facts: {
      ...overHttp,
      browser: yes(S.fetch, 'fetch reads a response as it comes'),
      binary: yes(S.content, 'content is bytes; framing is the application’s'),
      buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
      ordered: yes(S.tcpOrder, 'one response, read in order; messages up one request after another'),
      replay: no(S.httpStreaming, APP_REPLAY),
      'push-only': yes(S.httpStreaming, 'what it was made for'),
      serverless: depends(S.httpStreamingIssues, 'a response may last, and the client reconnects each time it is cut'),
      quiet: yes(S.httpStreaming, 'an open response costs nothing'),
    },
    judgements: {
      simplicity: judged(2, 'plain fetch; framing and reconnecting are yours'),
      features: judged(3, 'nothing but a stream'),
    },
  },
  'long-polling': {
    title: 'Long polling + POST',
    facts: {
      ...overHttp,
      browser: yes(S.fetch, 'plain requests'),
      binary: yes(S.content, 'content is bytes'),
      buffering: yes(S.longPolling, 'every response is complete'),
      ordered: yes(S.longPolling, 'with no more than one request under way at a time, as here', 'judgement'),
      replay: depends(S.longPolling, 'the server keeps messages until a poll’s cursor confirms them', 'judgement'),
      'push-only': yes(S.longPolling, 'what it was made for'),
      serverless: depends(S.longPollingIssues, 'requests may be held for the length of a poll'),
      quiet: depends(S.longPollingIssues, 'a request each time a poll ends empty is little enough'),
    },
    judgements: {
      simplicity: judged(1, 'requests and responses alone; anything that speaks HTTP takes part'),
      features: judged(2, 'a cursor makes a break harmless; no way up of its own'),
    },
    variants: { base64: { binary: depends(S.content, 'base64 will do, a third longer') } },
  },
  'short-polling': {
    title: 'Short polling + POST',
    facts: {
      ...overHttp,
      browser: yes(S.fetch, 'plain requests'),
      binary: yes(S.content, 'content is bytes'),
      buffering: yes(S.content, 'every response is complete and at once'),
      ordered: yes(S.content, 'with no more than one request under way at a time, as here', 'judgement'),
      replay: depends(S.content, 'the server keeps messages until a poll’s cursor confirms them', 'judgement'),
      'push-only': yes(S.content, 'the client asks again and again; as late as its interval'),
      serverless: yes(S.content, 'no request is held'),
      quiet: no(S.longPolling, 'asks at every interval whether there is news or not'),
    },
    judgements: {
      simplicity: judged(1, 'the simplest there is'),
      features: judged(3, 'late by design, and busy when nothing happens'),
    },
  },
  mqtt: {
    title: 'MQTT',
    facts: {
      browser: otherForm(S.mqttWebSocket, 'it travels in WebSocket; what is measured here is TCP', 'ws'),
      upstream: yes(S.mqttTransport, 'publish and receive on one connection'),
      binary: yes(S.mqttPayload, 'content and format are the application’s'),
      'http-only': no(S.mqttTransport, 'TCP of its own, or WebSocket; neither is plain HTTP'),
      buffering: yes(S.mqttTransport, 'no HTTP response to hold back'),
      http1: yes(S.mqttTransport, 'needs no HTTP'),
      ordered: yes(S.mqttOrder, 'for each topic and QoS'),
      reliable: yes(S.mqttTransport, 'TCP, while the connection lives; QoS 1 and 2 beyond it'),
      lossy: no(S.tcpOrder, TCP_WAITS),
      replay: otherForm(
        S.mqttSession,
        'QoS 1 or 2 is used and Clean Session is 0; what is measured here is QoS 0',
        'qos1',
      ),
      'push-only': yes(S.mqttTransport, 'a subscriber need not publish'),
      peer: no(S.mqttTransport, 'everything goes by way of the broker'),
      devices: yes(S.mqttState, 'sessions kept with Clean Session 0, last wills, topics'),
      graphql: no(S.mqttPayload, NO_SCHEMA),
      serverless: depends(S.mqttTransport, 'a broker elsewhere holds the connections', 'judgement'),
      quiet: yes(S.mqttKeepAlive, 'keep-alive of up to 18 hours'),
    },
    judgements: {
      simplicity: judged(2, 'a broker to run; clients for everything'),
      features: judged(1, 'topics, wills, retained messages, three qualities of service, kept sessions'),
    },
    variants: {
      ws: {
        browser: yes(S.mqttWebSocket, 'in WebSocket'),
        'http-only': no(S.upgrade, 'the connection is upgraded away from HTTP, which a proxy may refuse'),
      },
      qos1: { replay: depends(S.mqttSession, 'Clean Session is 0') },
      qos2: { replay: depends(S.mqttSession, 'Clean Session is 0') },
    },
  },
  graphql: {
    title: 'GraphQL subscriptions',
    facts: {
      ...overWebSocket,
      binary: no(S.graphqlWs, 'messages are JSON; bytes need base64'),
      replay: no(S.graphqlWs, 'a new connection begins its subscriptions anew'),
      devices: no(S.graphqlWs, NO_SESSIONS),
      graphql: yes(S.graphqlSubscriptions, 'subscriptions are part of the schema'),
    },
    judgements: {
      simplicity: judged(3, 'a schema, an executor and a protocol before the first message'),
      features: judged(2, 'types, selection of fields, many subscriptions on one connection; no replay'),
    },
    variants: {
      base64: { binary: depends(S.graphqlWs, 'base64 will do, a third longer') },
      sse: {
        binary: no(S.eventStream, 'an event stream is UTF-8 text'),
        upstream: no(S.graphqlSse, 'operations are requests of their own'),
        'http-only': yes(S.graphqlSse, 'nothing but requests and responses'),
        buffering: no(S.httpStreamingIssues, 'a proxy that waits for the response’s end waits for ever'),
        serverless: depends(
          S.httpStreamingIssues,
          'a response may last, and the client reconnects each time it is cut',
        ),
        quiet: yes(S.eventNotes, 'silent but for a comment every 15 s or so, where proxies want one'),
      },
    },
  },
  grpc: {
    title: 'gRPC stream',
    facts: {
      browser: no(S.grpcWebStreams, 'a browser speaks gRPC-Web through a proxy, which streams down but not up'),
      upstream: yes(S.grpcHttp2, 'a stream both ways'),
      binary: yes(S.grpcHttp2, 'length-prefixed bytes'),
      'http-only': no(S.grpcHttp2, 'HTTP/2 with trailers, from end to end'),
      buffering: no(S.grpcHttp2, 'messages are parts of one response'),
      http1: no(S.grpcHttp2, 'it is defined over HTTP/2'),
      ordered: yes(S.grpcOrder, 'within a call'),
      reliable: yes(S.tcpOrder, 'TCP, while the call lives'),
      lossy: no(S.tcpOrder, TCP_WAITS),
      replay: no(S.grpcRetry, 'a call that has begun to answer is not tried again'),
      'push-only': yes(S.grpcOrder, 'server streaming'),
      peer: no(S.grpcHttp2, NOT_PEER),
      devices: no(S.grpcHttp2, NO_SESSIONS),
      graphql: no(S.grpcHttp2, NO_SCHEMA),
      serverless: no(S.grpcHttp2, 'a stream needs a host that keeps it', 'judgement'),
      quiet: yes(S.grpcKeepalive, 'silent but for HTTP/2 pings, off unless asked for'),
    },
    judgements: {
      simplicity: judged(2, 'generated code on both sides; HTTP/2 all the way'),
      features: judged(2, 'deadlines, cancelling, flow control; no browsers, no replay'),
    },
  },
  webrtc: {
    title: 'WebRTC data channel',
    facts: {
      browser: yes(S.dataChannel, 'RTCDataChannel'),
      upstream: yes(S.dataChannel, 'two ways on one channel'),
      binary: yes(S.dataChannelData, 'strings or bytes'),
      'http-only': no(S.dataChannelStack, 'SCTP over DTLS over UDP'),
      buffering: yes(S.dataChannelStack, 'no HTTP response to hold back, but for signalling'),
      http1: yes(S.dataChannelStack, 'needs HTTP for signalling at most'),
      ordered: yes(S.dataChannelTypes, 'unless opened otherwise'),
      reliable: yes(S.dataChannelTypes, 'unless opened otherwise'),
      lossy: otherForm(
        S.dataChannelTypes,
        'the channel is opened unordered; what is measured here is an ordered one',
        'unordered',
      ),
      replay: no(S.dataChannel, APP_REPLAY),
      'push-only': yes(S.dataChannel, 'either side sends when it likes'),
      peer: otherForm(
        S.dataChannel,
        'channels run between the clients, by way of a TURN server where no direct way is found; what is measured here runs to a server',
      ),
      devices: no(S.dataChannel, NO_SESSIONS),
      graphql: no(S.dataChannelData, NO_SCHEMA),
      serverless: no(S.dataChannelStack, 'a peer that stays and listens on UDP'),
      quiet: no(S.consent, 'asks every 5 s whether the other side still consents'),
    },
    judgements: {
      simplicity: judged(3, 'signalling, ICE, DTLS and SCTP; a TURN server for what is left'),
      features: judged(2, 'reliability by choice, peer to peer; no reconnecting of its own'),
    },
    variants: {
      unordered: {
        lossy: yes(S.dataChannelTypes, 'unordered: nothing waits for a lost message'),
        ordered: no(S.dataChannelTypes, 'unordered'),
      },
      lossy: {
        lossy: yes(S.dataChannelTypes, 'unordered, never sent again'),
        ordered: no(S.dataChannelTypes, 'unordered'),
        reliable: no(S.dataChannelTypes, 'a lost message is not sent again'),
      },
    },
  },
  webtransport: {
    title: 'WebTransport',
    facts: {
      browser: yes(S.webTransportBrowsers, 'in all engines since March 2026; not in older browsers'),
      upstream: yes(S.webTransport, 'streams both ways and datagrams'),
      binary: yes(S.quicStreams, 'streams of bytes'),
      'http-only': no(S.webTransportHttp3, 'HTTP/3 over UDP'),
      buffering: yes(S.webTransportHttp3, 'a session is no response to hold back'),
      http1: no(S.webTransportHttp3, 'it is defined over HTTP/3'),
      ordered: yes(S.quicStreams, 'within a stream'),
      reliable: yes(S.quicStreams, 'on streams'),
      lossy: otherForm(
        S.quicStreams,
        'messages travel as datagrams or on streams of their own; what is measured here is one stream',
        'datagram',
      ),
      replay: no(S.webTransport, APP_REPLAY),
      'push-only': yes(S.webTransport, 'the server opens streams when it likes'),
      peer: no(S.webTransport, NOT_PEER),
      devices: no(S.webTransport, NO_SESSIONS),
      graphql: no(S.webTransport, NO_SCHEMA),
      serverless: no(S.webTransportHttp3, 'a host that keeps QUIC connections'),
      quiet: yes(S.quicIdle, 'silent but for what keeps the idle timeout from ending it'),
    },
    judgements: {
      simplicity: judged(3, 'HTTP/3, certificates, few servers yet'),
      features: judged(2, 'many streams, datagrams, backpressure; no reconnecting of its own'),
    },
    variants: {
      datagram: {
        lossy: yes(S.datagrams, 'datagrams wait for nothing'),
        ordered: no(S.datagrams, 'datagrams arrive in any order'),
        reliable: no(S.datagrams, 'a lost datagram is not sent again'),
      },
    },
  },
};

/** What is known of a transport in this variant; undefined for one that nobody has written down. */
export function factsOf(transport: string, variant: string | null): Family['facts'] | undefined {
  const family = Object.hasOwn(FACTS, transport) ? FACTS[transport] : undefined;
  if (family === undefined) return undefined;
  const own = variant === null ? undefined : family.variants?.[variant];
  return own === undefined ? family.facts : { ...family.facts, ...own };
}

export const judgementsOf = (transport: string): Family['judgements'] | undefined =>
  Object.hasOwn(FACTS, transport) ? FACTS[transport]?.judgements : undefined;
