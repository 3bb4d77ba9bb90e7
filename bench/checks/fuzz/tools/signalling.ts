import type { Foreign, ListenForeign } from './foreign.ts';
import { described } from './foreign.ts';
import { createPeer } from './peer.ts';
import { listenForWebSockets, type Payload } from './websocket.ts';

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
/** One arrival in this many comes over the signalling connection, which should be silent by then. */
const SIGNALS = 20;

/** Plays a server that negotiates over a WebSocket and sends anything through the data channel. */
export const listenForOffers: ListenForeign = async (random) => {
  const peer = createPeer();
  const sdp = (): string => LINES.map((line) => (random.oneIn(8) ? random.text() : line)).join('\r\n');
  const junk = (): Payload =>
    random.pick([
      () => random.jsonText(),
      () => random.bytes(),
      () => JSON.stringify({ type: 'answer', sdp: random.json() }),
      () => JSON.stringify({ type: 'answer', sdp: `${sdp()}\r\n` }),
      () => JSON.stringify({ type: 'other', sdp: random.json() }),
    ])();
  const signalling = await listenForWebSockets(random, {
    junk,
    hear(data, say) {
      if (foreign.opening === 'any') return say(junk());
      const { sdp: offer } = JSON.parse(String(data)) as { sdp: string };
      void peer
        .answer(offer, () => say('{"type":"ready"}'))
        .then((answer) => say(JSON.stringify({ type: 'answer', sdp: answer })));
    },
    next: () => ({ payloads: [`{"type":${random.jsonText()}`], counts: 1 }),
  });

  function arrive(): { what: string; counts: number } {
    if (random.oneIn(SIGNALS)) return signalling.arrive();
    const payload = random.payload();
    if (random.oneIn(40)) {
      random.pick([peer.closeChannel, peer.close, signalling.cut])();
      return { what: 'the end of the channel, the peer or the signalling', counts: 1 };
    }
    if (random.oneIn(40)) peer.openAnother();
    peer.say(payload);
    return { what: described(payload), counts: 1 };
  }

  const foreign: Foreign = {
    ...signalling,
    get opening() {
      return signalling.opening;
    },
    set opening(opening) {
      signalling.opening = opening;
    },
    say: peer.say,
    arrive,
    async [Symbol.asyncDispose]() {
      peer.close();
      await signalling[Symbol.asyncDispose]();
    },
  };
  return foreign;
};
