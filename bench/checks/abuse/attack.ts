import type { Limits } from '../../contract.ts';
import { type Found, type Wire, wireOf } from '../../transports/index.ts';
import { framesOf, type Handshake, handshake } from './frames.ts';
import type { RawPeer } from './peer.ts';

export interface Target {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  readonly wire: Wire;
  /** A connection that is cut, at the latest, when the attack is over. */
  dial(): Promise<RawPeer>;
}

/** What one bad peer does to a server, by what it speaks. Each ends by itself, and dials nothing but the server it is given. */
export interface Attack {
  readonly name: string;
  readonly against: (wire: Wire) => boolean;
  /** Found in what the bad peer was told, when it was cut or in an answer. */
  readonly refused: (wire: Wire) => RegExp;
  /** Resolves with what the peer was told once it has been cut. */
  readonly run: (target: Target) => Promise<string>;
}

export const CLOSED = /closed/;
const DRIP_MS = 250;
/** Poured at once. */
const TOGETHER = 100;

export const speaks =
  (...families: readonly Wire['family'][]) =>
  ({ family }: Wire): boolean =>
    families.includes(family);
export const is = (pattern: RegExp) => (): RegExp => pattern;

/** What each family says to a session that sends too much. */
export const FLOOD: Readonly<Record<Wire['family'], RegExp>> = {
  stream: CLOSED,
  http: /429/,
  websocket: /1008/,
  'engine.io': /transport close/,
  mqtt: CLOSED,
  http2: /RESOURCE_EXHAUSTED|429/,
  datagrams: CLOSED,
};
export const ofFlood = ({ family, flood }: Wire): RegExp => flood ?? FLOOD[family];

/** What says nothing of its wire is attacked through its own client only: nobody else could dial it. */
export function wireFor(found: Found): Wire {
  return wireOf(found) ?? { family: 'datagrams' };
}

/** What the peer was told when it was cut: the code of a close frame, or what the server said, and that it is closed. */
export async function fate(peer: RawPeer): Promise<string> {
  await peer.ended;
  const { closed } = framesOf(peer.bytes);
  return closed === undefined ? `${peer.text.slice(-2_000)} closed` : `closed with ${closed}`;
}

/** Byte after byte, slowly, until the connection is cut. */
export async function drip(peer: RawPeer, byte: string | Uint8Array): Promise<string> {
  const timer = setInterval(() => void peer.write(byte), DRIP_MS);
  try {
    return await fate(peer);
  } finally {
    clearInterval(timer);
  }
}

/** Where a flood goes; false once it is over. */
interface Sink {
  write(bytes: Uint8Array): Promise<boolean>;
}

/** So many of something, as fast as it is taken and as long as it is. */
export async function pour(
  sink: Sink,
  drops: string | Uint8Array | ((index: number) => Uint8Array),
  many: number,
): Promise<void> {
  const drop =
    typeof drops === 'function'
      ? drops
      : (
          (bytes) => () =>
            bytes
        )(Buffer.from(drops));
  for (let poured = 0; poured < many; poured += TOGETHER) {
    const bytes = Buffer.concat(Array.from({ length: TOGETHER }, (_, index) => drop(poured + index)));
    if (!(await sink.write(bytes))) return;
  }
}

/** A WebSocket that was admitted. */
export async function inWebSocket(target: Target, more: Partial<Handshake> = {}): Promise<RawPeer> {
  const { dial, url, wire, token } = target;
  const peer = await dial();
  const { pathname } = new URL(url);
  const path =
    wire.family === 'engine.io' ? '/socket.io/?EIO=4&transport=websocket' : `${pathname}?access_token=${token}`;
  await handshake(peer, { path, subprotocol: wire.subprotocol, ...more });
  return peer;
}
