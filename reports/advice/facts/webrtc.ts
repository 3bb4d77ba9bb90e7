import { APP_REPLAY, type Family, judged, NO_SCHEMA, NO_SESSIONS, no, otherForm, SLOW_READERS, yes } from './shape.ts';
import { S } from './sources.ts';

export const webrtc: Family = {
  id: 'webrtc',
  title: 'WebRTC data channel',
  facts: {
    browser: yes(S.dataChannel, 'browsers have RTCDataChannel'),
    upstream: yes(S.dataChannel, 'one channel carries messages both ways'),
    binary: yes(S.dataChannelData, 'messages are strings or bytes'),
    'http-only': no(S.dataChannelStack, 'it runs on SCTP over DTLS over UDP'),
    buffering: yes(S.dataChannelStack, 'there is no HTTP response to hold back, except in signalling'),
    http1: yes(S.dataChannelStack, 'it needs HTTP for signalling at most'),
    ordered: yes(S.dataChannelTypes, 'the channel is ordered here, as it is unless opened otherwise'),
    reliable: yes(S.dataChannelTypes, 'the channel is reliable here, as it is unless opened otherwise'),
    lossy: otherForm(
      S.dataChannelTypes,
      'over an unordered channel; the channel measured here is ordered',
      'unordered',
    ),
    replay: no(S.dataChannel, APP_REPLAY),
    'push-only': yes(S.dataChannel, 'either side can send at any time'),
    peer: otherForm(
      S.dataChannel,
      'over channels between the clients, through a TURN server where no direct path is found; the channels measured here run to a server',
    ),
    devices: no(S.dataChannel, NO_SESSIONS),
    graphql: no(S.dataChannelData, NO_SCHEMA),
    serverless: no(S.dataChannelStack, 'it needs a peer that stays up and listens on UDP'),
    quiet: no(S.consent, 'it checks about every 5 s that the other side still consents'),
    watchers: SLOW_READERS,
  },
  judgements: {
    simplicity: judged(3, 'it needs signalling, ICE, DTLS and SCTP, and a TURN server where no direct path is found'),
    features: judged(
      2,
      'reliability is a choice and clients can connect directly, but it does not reconnect by itself',
    ),
  },
  variants: {
    unordered: {
      lossy: yes(S.dataChannelTypes, 'the channel is unordered: nothing waits for a lost message'),
      ordered: no(S.dataChannelTypes, 'the channel is unordered'),
    },
    lossy: {
      lossy: yes(S.dataChannelTypes, 'the channel is unordered and sends nothing again'),
      ordered: no(S.dataChannelTypes, 'the channel is unordered'),
      reliable: no(S.dataChannelTypes, 'a lost message is not sent again'),
    },
  },
};
