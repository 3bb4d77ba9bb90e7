import { depends, type Family, HOLDS, judged, NO_SCHEMA, no, otherForm, overWebSocket, yes } from './shape.ts';
import { S } from './sources.ts';

export const socketio: Family = {
  id: 'socketio',
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
};
