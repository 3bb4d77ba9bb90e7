import {
  BASE64,
  depends,
  type Family,
  GATEWAY,
  judged,
  LONG_POLLS,
  NO_SCHEMA,
  no,
  otherForm,
  overWebSocket,
  SLOW_READERS,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const socketio: Family = {
  id: 'socketio',
  title: 'Socket.IO',
  facts: {
    ...overWebSocket,
    'http-only': otherForm(
      S.sockets,
      'over polling, its default at the start; WebSocket alone is measured here',
      'polling',
    ),
    buffering: yes(S.sockets, 'WebSocket has no response to hold back, and every poll gets a complete response'),
    ordered: yes(S.socketsDelivery, 'order is guaranteed over every transport it uses'),
    reliable: yes(S.socketsDelivery, 'every message arrives while the connection lasts; at most once when it breaks'),
    binary: yes(S.socketsBinary, 'binary data travels as attachments'),
    replay: otherForm(
      S.socketsRecovery,
      'with connection state recovery, an adapter that keeps packets, and clients that are away only briefly; recovery is off here',
    ),
    devices: no(S.socketsDelivery, 'the server keeps nothing for a client that is away'),
    graphql: no(S.sockets, NO_SCHEMA),
    serverless: depends(S.gateway, `${GATEWAY} and speaks Socket.IO’s protocol`, 'judgement'),
    quiet: yes(S.sockets, 'an idle connection sends only a ping every 25 s here, which is the default'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(2, 'it needs its own library on both sides, and sticky sessions as long as polling is enabled'),
    features: judged(1, 'a fallback is built in, and, not measured here, reconnecting, rooms and acknowledgements'),
  },
  variants: {
    polling: {
      upstream: no(S.sockets, 'messages from the client are POST requests'),
      binary: depends(S.engineProtocol, BASE64),
      'http-only': yes(S.sockets, 'it uses only requests and responses'),
      serverless: depends(S.longPollingIssues, LONG_POLLS),
      quiet: depends(S.sockets, 'one request every 25 s, with its headers, is acceptable'),
    },
    upgrade: {
      'http-only': otherForm(
        S.sockets,
        'over polling, where it stays if the upgrade fails; the connections measured here were upgraded',
        'polling',
      ),
    },
    msgpack: { binary: yes(S.msgpackParser, 'MessagePack carries bytes within the packet') },
  },
};
