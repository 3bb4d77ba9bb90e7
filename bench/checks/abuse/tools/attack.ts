import type { Limits } from '../../../contract.ts';
import { framesOf } from './frames.ts';
import type { RawPeer } from './peer.ts';

/** Server under attack. */
export interface Target {
  readonly url: string;
  readonly token: string;
  readonly limits: Limits;
  /** Connects. The connection is cut at the latest when the attack is over. */
  dial(): Promise<RawPeer>;
}

/** Misbehaviour of one peer. It ends by itself and dials only the server it is given. */
export interface Attack {
  readonly name: string;
  /** Matches the reason that the peer was given, in an answer or when it was cut. */
  readonly refused: RegExp;
  /** Resolves with the reason that the peer was given, once it has been cut. */
  readonly run: (target: Target) => Promise<string>;
}

export const CLOSED = /closed/;
/** Size that attacks declare for a message or frame and never send. */
export const DECLARED_BYTES = 256 * 1024 * 1024;
const SLOW_BYTE_MS = 250;
/** Number of pieces of a flood in one write. */
const FLOOD_BATCH = 100;

/** Waits until the peer is cut. Resolves with the code of the close frame, or with the server's last words followed by “closed”. */
export async function closeReason(peer: RawPeer): Promise<string> {
  await peer.ended;
  const { closed } = framesOf(peer.bytes);
  return closed === undefined ? `${peer.text.slice(-2_000)} closed` : `closed with ${closed}`;
}

/** Writes one byte every 250 ms until the connection is cut. */
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

/** Writes `count` pieces as fast as the sink takes them; stops when it closes. */
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

/** Encodes a number in four bytes, most significant first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
