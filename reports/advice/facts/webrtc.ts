import { APP_REPLAY, type Family, judged, NO_SCHEMA, NO_SESSIONS, no, otherForm, yes } from './shape.ts';
import { S } from './sources.ts';

export const webrtc: Family = {
  id: 'webrtc',
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
};
