import type { RawData } from 'ws';

/** Maximum size of a client's signalling message: an offer has about 600 bytes, or some thousands with many candidates. */
export const MAX_SIGNAL_BYTES = 16_384;

/** Values read from a client's offer; everything else in it is discarded. */
export interface Offer {
  readonly ufrag: string;
  readonly password: string;
  readonly fingerprint: string;
  readonly sctpPort: number;
  /** Largest message that the client accepts. */
  readonly messageBytes: number;
}

/** RFC 8839 §5.4: 4 to 256 `ice-char`, and 22 to 256. */
const UFRAG = /^a=ice-ufrag:([A-Za-z0-9+/]{4,256})$/m;
const PASSWORD = /^a=ice-pwd:([A-Za-z0-9+/]{22,256})$/m;
/** RFC 8122 §5, with the mandatory hash function. */
const FINGERPRINT = /^a=fingerprint:sha-256 ((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/im;
/** RFC 8842 §5.2: an offer leaves the role to the answer. */
const SETUP = /^a=setup:actpass$/m;
const MEDIA = /^m=.*$/gm;
const DATA_CHANNEL = /^m=application \d{1,5} UDP\/DTLS\/SCTP webrtc-datachannel$/;
const SCTP_PORT = /^a=sctp-port:(\d{1,5})$/m;
/** RFC 8841 §6.1: 64 KiB if absent, no limit if 0. */
const MESSAGE_SIZE = /^a=max-message-size:(\d{1,20})$/m;
const DEFAULT_MESSAGE_BYTES = 65_536;
const UNLIMITED = 2 ** 31 - 1;

/** Reads an offer, `{"type":"offer","sdp":"…"}`, the only message that a client sends. Undefined for anything else. */
export function readOffer(data: RawData, isBinary: boolean): Offer | undefined {
  if (isBinary) return undefined;
  const { type, sdp, ...more } = fieldsOf(String(data));
  if (type !== 'offer' || typeof sdp !== 'string' || Object.keys(more).length > 0) return undefined;
  const text = sdp.replaceAll('\r\n', '\n');
  const media = text.match(MEDIA) ?? [];
  if (media.length !== 1 || !DATA_CHANNEL.test(media[0]!) || !SETUP.test(text)) return undefined;
  const [ufrag, password, fingerprint] = [UFRAG, PASSWORD, FINGERPRINT].map((pattern) => pattern.exec(text)?.[1]);
  if (ufrag === undefined || password === undefined || fingerprint === undefined) return undefined;
  const sctpPort = Number(SCTP_PORT.exec(text)?.[1]);
  if (!(sctpPort >= 1 && sctpPort <= 65_535)) return undefined;
  const messageBytes = Number(MESSAGE_SIZE.exec(text)?.[1] ?? DEFAULT_MESSAGE_BYTES);
  return { ufrag, password, fingerprint, sctpPort, messageBytes: Math.min(messageBytes || UNLIMITED, UNLIMITED) };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/**
 * Session description made from the offer's values alone. It has no candidates: the server answers clients that come to its own
 * address, and no client can tell it where to send.
 */
export function descriptionOf({ ufrag, password, fingerprint, sctpPort, messageBytes }: Offer): string {
  return [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    'a=mid:0',
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${password}`,
    `a=fingerprint:sha-256 ${fingerprint.toUpperCase()}`,
    'a=setup:actpass',
    `a=sctp-port:${sctpPort}`,
    `a=max-message-size:${messageBytes}`,
    '',
  ].join('\r\n');
}

/** Answer to an offer, with the real limit of messages: the library's own is one byte larger. */
export function answerOf(sdp: string, messageBytes: number): string {
  return JSON.stringify({
    type: 'answer',
    sdp: sdp.replace(/^a=max-message-size:\d+/m, `a=max-message-size:${messageBytes}`),
  });
}
