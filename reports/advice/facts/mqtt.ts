import { depends, type Family, judged, NO_SCHEMA, no, otherForm, TCP_WAITS, yes } from './shape.ts';
import { S } from './sources.ts';

export const mqtt: Family = {
  id: 'mqtt',
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
};
