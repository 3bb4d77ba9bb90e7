import {
  CLEAN_SESSIONS,
  depends,
  type Family,
  judged,
  NO_SCHEMA,
  no,
  otherForm,
  overWebSocket,
  SLOW_READERS,
  TCP_WAITS,
  UPGRADED,
  yes,
} from './shape.ts';
import { S } from './sources.ts';

export const mqtt: Family = {
  id: 'mqtt',
  title: 'MQTT',
  facts: {
    browser: otherForm(S.mqttWebSocket, 'over WebSocket; the connections measured here are plain TCP', 'ws'),
    upstream: yes(S.mqttTransport, 'a client publishes and receives on one connection'),
    binary: yes(S.mqttPayload, 'the application chooses content and format'),
    'http-only': no(S.mqttTransport, 'it runs over TCP or WebSocket, and neither is plain HTTP'),
    buffering: yes(S.mqttTransport, 'there is no HTTP response to hold back'),
    http1: yes(S.mqttTransport, 'it needs no HTTP'),
    ordered: yes(S.mqttOrder, 'messages of one topic and QoS are in order'),
    reliable: yes(S.mqttTransport, 'TCP delivers everything while the connection lasts'),
    lossy: no(S.tcpOrder, TCP_WAITS),
    replay: otherForm(S.mqttSession, `with QoS 1 or 2 instead of QoS 0, and ${CLEAN_SESSIONS}`),
    'push-only': yes(S.mqttTransport, 'a subscriber need not publish'),
    peer: no(S.mqttTransport, 'everything goes through the broker'),
    devices: otherForm(S.mqttState, `with a last will for each device, and ${CLEAN_SESSIONS} and leave no will`),
    graphql: no(S.mqttPayload, NO_SCHEMA),
    serverless: depends(S.mqttTransport, 'a broker elsewhere keeps the connections open', 'judgement'),
    quiet: yes(S.mqttKeepAlive, 'a client pings every 60 s here, and may do so as rarely as every 18 hours'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(2, 'you run a broker; every platform has a client'),
    features: judged(
      1,
      'it has topics, three qualities of service, and, not measured here, last wills, retained messages and kept sessions',
    ),
  },
  variants: {
    ws: {
      browser: yes(S.mqttWebSocket, 'it runs over WebSocket'),
      'http-only': no(S.upgrade, UPGRADED),
      buffering: overWebSocket.buffering,
      http1: overWebSocket.http1,
    },
    qos1: { replay: otherForm(S.mqttSession, CLEAN_SESSIONS) },
    qos2: { replay: otherForm(S.mqttSession, CLEAN_SESSIONS) },
    session: {
      replay: yes(
        S.mqttSession,
        'the broker keeps a session whose client is away, and repeats what was not acknowledged',
      ),
      devices: otherForm(S.mqttState, 'with a last will for each device; the sessions measured here leave no will'),
    },
  },
};
