import {
  APP_REPLAY,
  type Family,
  judged,
  NO_SCHEMA,
  NO_SESSIONS,
  no,
  overWebSocket,
  SLOW_READERS,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const ws: Family = {
  id: 'ws',
  title: 'WebSocket',
  facts: {
    ...overWebSocket,
    binary: yes(S.wsFrames, 'a frame carries text or bytes'),
    replay: no(S.wsDesign, APP_REPLAY),
    devices: no(S.wsDesign, NO_SESSIONS),
    graphql: no(S.wsFrames, NO_SCHEMA),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(1, 'one handshake, then messages; every platform has a client'),
    features: judged(3, 'you write reconnecting, heartbeats, rooms and replay yourself'),
  },
};
