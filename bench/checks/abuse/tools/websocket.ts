import type { Target } from './attack.ts';
import { type Handshake, handshake } from './frames.ts';
import type { RawPeer } from './peer.ts';
import type { WebSocketSurface } from './surface.ts';

/** Connects and completes the handshake of a WebSocket that the server admits. */
export async function openWebSocket(
  { dial, url, token }: Target,
  { path = `${new URL(url).pathname}?access_token=${token}`, subprotocol }: WebSocketSurface,
  more: Partial<Handshake> = {},
): Promise<RawPeer> {
  const peer = await dial();
  await handshake(peer, { path, subprotocol, ...more });
  return peer;
}
