import type { Limits } from '../../../contract.ts';
import { framesOf } from './frames.ts';
import type { RawPeer } from './peer.ts';

/** Server under attack. */
export interface Target {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Connects; the connection is cut when the attack is over, if not before. */
  dial(): Promise<RawPeer>;
}

/** Misbehaviour of one peer. It ends by itself, and dials nothing but the server it is given. */
export interface Attack {
  readonly name: string;
  /** Matches what the peer was told, when it was cut or in an answer. */
  readonly refused: RegExp;
  /** Resolves with what the peer was told once it has been cut. */
  readonly run: (target: Target) => Promise<string>;
}

export const CLOSED = /closed/;
/** Size that messages and frames declare and never reach. */
export const DECLARED_BYTES = 256 * 1024 * 1024;
const SLOW_BYTE_MS = 250;
/** Pieces of a flood that are written at once. */
const FLOOD_BATCH = 100;

/** Resolves, once the peer is cut, with the code of its close frame, or with what the server said and that it is closed. */
export async function closeReason(peer: RawPeer): Promise<string> {
  await peer.ended;
  const { closed } = framesOf(peer.bytes);
  return closed === undefined ? `${peer.text.slice(-2_000)} closed` : `closed with ${closed}`;
}

/** Writes a byte after another, slowly, until the connection is cut. */
export async function writeSlowly(peer: RawPeer, byte: string | Uint8Array): Promise<string> {
  const timer = setInterval(() => void peer.write(byte), SLOW_BYTE_MS);
  try {
    return await closeReason(peer);
  } finally {
    clearInterval(timer);
  }
}

/** Destination of a flood. */
interface Sink {
  /** Resolves with false once the connection is over. */
  write(bytes: Uint8Array): Promise<boolean>;
}

/** Writes `count` pieces as fast as the sink takes them, until it is over. */
export async function flood(
  sink: Sink,
  pieces: string | Uint8Array | ((index: number) => Uint8Array),
  count: number,
): Promise<void> {
  const pieceAt = typeof pieces === 'function' ? pieces : always(Buffer.from(pieces));
  for (let written = 0; written < count; written += FLOOD_BATCH) {
    const bytes = Buffer.concat(Array.from({ length: FLOOD_BATCH }, (_, index) => pieceAt(written + index)));
    if (!(await sink.write(bytes))) return;
  }
}

const always =
  <Value>(value: Value) =>
  (): Value =>
    value;

/** Four bytes, the most significant first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
