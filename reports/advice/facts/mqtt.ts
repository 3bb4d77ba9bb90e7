import { depends, type Family, judged, NO_SCHEMA, no, otherForm, TCP_WAITS, UPGRADED, yes } from './shape.ts';
import { S } from './sources.ts';

export const mqtt: Family = {
  id: 'mqtt',
  title: 'MQTT',
  facts: {
    browser: otherForm(S.mqttWebSocket, 'it runs over WebSocket instead of the plain TCP measured here', 'ws'),
    upstream: yes(S.mqttTransport, 'a client publishes and receives on one connection'),
    binary: yes(S.mqttPayload, 'the application chooses content and format'),
    'http-only': no(S.mqttTransport, 'it runs over TCP or WebSocket, and neither is plain HTTP'),
    buffering: yes(S.mqttTransport, 'there is no HTTP response to hold back'),
    http1: yes(S.mqttTransport, 'it needs no HTTP'),
    ordered: yes(S.mqttOrder, 'messages of one topic and QoS are in order'),
    reliable: yes(S.mqttTransport, 'TCP delivers everything while the connection lasts, QoS 1 and 2 beyond it'),
    lossy: no(S.tcpOrder, TCP_WAITS),
    replay: otherForm(
      S.mqttSession,
      'QoS 1 or 2 is used with Clean Session 0, instead of the QoS 0 measured here',
      'qos1',
    ),
    'push-only': yes(S.mqttTransport, 'a subscriber need not publish'),
    peer: no(S.mqttTransport, 'everything goes through the broker'),
    devices: yes(S.mqttState, 'it has topics and last wills, and Clean Session 0 keeps sessions'),
    graphql: no(S.mqttPayload, NO_SCHEMA),
    serverless: depends(S.mqttTransport, 'a broker elsewhere keeps the connections open', 'judgement'),
    quiet: yes(S.mqttKeepAlive, 'its keep-alive interval may be up to 18 hours'),
  },
  judgements: {
    simplicity: judged(2, 'you run a broker; every platform has a client'),
    features: judged(1, 'it has topics, last wills, retained messages, three qualities of service and kept sessions'),
  },
  variants: {
    ws: {
      browser: yes(S.mqttWebSocket, 'it runs over WebSocket'),
      'http-only': no(S.upgrade, UPGRADED),
    },
    qos1: { replay: depends(S.mqttSession, 'Clean Session is 0') },
    qos2: { replay: depends(S.mqttSession, 'Clean Session is 0') },
  },
};
