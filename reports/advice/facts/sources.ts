/**
 * Clause and address of the document that a fact is taken from. Documents that change are named with their edition; those of the
 * WHATWG have none and were read in November 2026.
 */
export type Source = { readonly clause: string; readonly url: string };

const rfc = (number: number, section: string): Source => ({
  clause: `RFC ${number} §${section}`,
  url: `https://www.rfc-editor.org/rfc/rfc${number}#section-${section}`,
});

const mqtt = (section: string): Source => ({
  clause: `OASIS MQTT 3.1.1 §${section}`,
  url: 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html',
});

const html = (section: string, anchor: string): Source => ({
  clause: `WHATWG HTML §${section}`,
  url: `https://html.spec.whatwg.org/multipage/server-sent-events.html#${anchor}`,
});

const socketio = (title: string, path: string): Source => ({
  clause: `Socket.IO 4 documentation, “${title}”`,
  url: `https://socket.io/docs/v4/${path}`,
});

const nielsen = (limit: string): Source => ({
  clause: `Nielsen, Usability Engineering (1993) §5.5: ${limit}`,
  url: 'https://www.nngroup.com/articles/response-times-3-important-limits/',
});

/** Documents that say how long a use may wait. */
export const WAITS = {
  direct: nielsen('0.1 s feels instantaneous'),
  thought: nielsen('1 s keeps the flow of thought'),
  attention: nielsen('10 s keeps the attention'),
  sensors: {
    clause: '3GPP TR 22.804, massive wireless sensor networks: condition monitoring within 50 ms to 1 s',
    url: 'https://www.3gpp.org/dynareport/22804.htm',
  },
  game: {
    clause:
      'Claypool and Claypool, Latency and Player Actions in Online Games, CACM 49/11 (2006): 100 ms in the first person',
    url: 'https://cacm.acm.org/research/latency-and-player-actions-in-online-games/',
  },
  reading: {
    clause: 'MLPerf Inference 4.0, Llama 2 70B: 200 ms a token, about 240 words a minute, the pace of reading',
    url: 'https://mlcommons.org/2024/03/mlperf-llama2-70b/',
  },
} as const satisfies Readonly<Record<string, Source>>;

export const S = {
  backpressure: {
    clause:
      'Node.js 24 documentation, “stream”: writable.write() buffers without limit what a slow reader does not take',
    url: 'https://nodejs.org/docs/latest-v24.x/api/stream.html#writablewritechunk-encoding-callback',
  },
  tcpOrder: rfc(9293, '2.2'),
  wsHandshake: rfc(6455, '4.1'),
  wsFrames: rfc(6455, '5.6'),
  wsPing: rfc(6455, '5.5.2'),
  wsPurpose: rfc(6455, '1.1'),
  wsDesign: rfc(6455, '1.5'),
  wsApi: { clause: 'WHATWG WebSockets §3', url: 'https://websockets.spec.whatwg.org/#the-websocket-interface' },
  upgrade: rfc(9110, '7.8'),
  content: rfc(9110, '6.4'),
  httpRoles: rfc(9110, '3.3'),
  post: rfc(9110, '9.3.3'),
  http1: rfc(9112, '1'),
  http2: rfc(9113, '3'),
  longPolling: rfc(6202, '2.1'),
  longPollingIssues: rfc(6202, '2.2'),
  httpStreaming: rfc(6202, '3.1'),
  httpStreamingIssues: rfc(6202, '3.2'),
  fetch: { clause: 'WHATWG Fetch §5', url: 'https://fetch.spec.whatwg.org/#fetch-api' },
  eventSource: html('9.2.2', 'the-eventsource-interface'),
  eventStream: html('9.2.5', 'parsing-an-event-stream'),
  lastEventId: html('9.2.4', 'the-last-event-id-header'),
  eventNotes: html('9.2.7', 'authoring-notes'),
  sockets: socketio('How it works', 'how-it-works/'),
  socketsDelivery: socketio('Delivery guarantees', 'delivery-guarantees/'),
  socketsRecovery: socketio('Connection state recovery', 'connection-state-recovery'),
  socketsBinary: socketio('Emitting events', 'emitting-events/'),
  msgpackParser: socketio('Custom parser', 'custom-parser/'),
  engineProtocol: {
    clause: 'Engine.IO protocol 4, “HTTP long-polling”',
    url: 'https://github.com/socketio/engine.io-protocol#http-long-polling-1',
  },
  mqttTransport: mqtt('4.2'),
  mqttWebSocket: mqtt('6'),
  mqttPayload: mqtt('3.3.3'),
  mqttSession: mqtt('3.1.2.4'),
  mqttState: mqtt('4.1'),
  mqttOrder: mqtt('4.6'),
  mqttKeepAlive: mqtt('3.1.2.10'),
  graphqlSubscriptions: {
    clause: 'GraphQL specification (September 2025) §6.2.3',
    url: 'https://spec.graphql.org/September2025/#sec-Subscription',
  },
  graphqlWs: {
    clause: 'GraphQL over WebSocket Protocol (graphql-transport-ws)',
    url: 'https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md',
  },
  graphqlSse: {
    clause: 'GraphQL over Server-Sent Events Protocol',
    url: 'https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md',
  },
  grpcHttp2: {
    clause: 'gRPC over HTTP2, “Outline”',
    url: 'https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md',
  },
  grpcWebStreams: {
    clause: 'gRPC-Web streaming roadmap',
    url: 'https://github.com/grpc/grpc-web/blob/master/doc/streaming-roadmap.md',
  },
  grpcOrder: { clause: 'gRPC documentation, “Core concepts”', url: 'https://grpc.io/docs/what-is-grpc/core-concepts/' },
  grpcRetry: { clause: 'gRPC documentation, “Retry”', url: 'https://grpc.io/docs/guides/retry/' },
  grpcKeepalive: { clause: 'gRPC documentation, “Keepalive”', url: 'https://grpc.io/docs/guides/keepalive/' },
  dataChannel: { clause: 'W3C WebRTC §6', url: 'https://www.w3.org/TR/webrtc/#peer-to-peer-data-api' },
  dataChannelStack: rfc(8831, '5'),
  dataChannelData: rfc(8831, '6.6'),
  dataChannelTypes: rfc(8832, '5.1'),
  consent: rfc(7675, '5.1'),
  webTransport: { clause: 'W3C WebTransport', url: 'https://www.w3.org/TR/webtransport/' },
  webTransportHttp3: {
    clause: 'draft-ietf-webtrans-http3-17 (November 2026)',
    url: 'https://datatracker.ietf.org/doc/html/draft-ietf-webtrans-http3-17',
  },
  webTransportBrowsers: {
    clause: 'Web features, “WebTransport”: Baseline newly available since 2026-03-24',
    url: 'https://web-platform-dx.github.io/web-features-explorer/features/webtransport',
  },
  quicStreams: rfc(9000, '2'),
  quicIdle: rfc(9000, '10.1'),
  datagrams: rfc(9221, '5'),
  gateway: {
    clause: 'Amazon API Gateway documentation, quotas of WebSocket APIs',
    url: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html',
  },
} as const satisfies Readonly<Record<string, Source>>;
