import type { ListenForeign } from './foreign.ts';
import { listenForWebSockets } from './websocket.ts';

/** SDP whose parts a fuzzed answer takes. */
const LINES = [
  'v=0',
  'o=- 1 0 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=setup:active',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuv',
  `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`,
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'c=IN IP4 0.0.0.0',
  'a=mid:0',
  'a=sctp-port:5000',
  'a=max-message-size:262144',
  'a=candidate:1 1 UDP 2122317823 127.0.0.1 9 typ host',
];

/** Plays a server that signals anything and never has a peer connection, so that no session opens. */
export const listenForOffers: ListenForeign = async (random) => {
  const sdp = (): string => LINES.map((line) => (random.oneIn(8) ? random.text() : line)).join('\r\n');
  const junk = () =>
    random.pick([
      () => random.jsonText(),
      () => random.bytes(),
      () => JSON.stringify({ type: 'answer', sdp: random.json() }),
      () => JSON.stringify({ type: 'answer', sdp: `${sdp()}\r\n` }),
      () => JSON.stringify({ type: 'ready', sdp: random.json() }),
    ])();
  const foreign = await listenForWebSockets(random, {
    junk,
    next: () => ({ payloads: [junk()], counts: 1 }),
  });
  foreign.opening = 'any';
  return {
    ...foreign,
    get opening() {
      return foreign.opening;
    },
    set opening(_) {},
  };
};
