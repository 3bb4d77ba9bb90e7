import type { Target } from './attack.ts';
import type { RawPeer } from './peer.ts';
import type { WebSocketSurface } from './surface.ts';

interface Handshake {
  readonly path: string;
  readonly subprotocol?: string | undefined;
  readonly deflate?: boolean;
}

/** Sends the request of a handshake; resolves with the head of the server's answer. Throws unless that is 101. */
async function handshake(peer: RawPeer, { path, subprotocol, deflate }: Handshake): Promise<string> {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: d2lyZWJlbmNoIGFidXNlIQ==',
    ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ...(deflate === true ? ['Sec-WebSocket-Extensions: permessage-deflate'] : []),
  ];
  await peer.write(`${lines.join('\r\n')}\r\n\r\n`);
  const said = await peer.hears(/\r\n\r\n/);
  if (!said.startsWith('HTTP/1.1 101')) throw new Error(`the server refused the WebSocket: ${said}`);
  return said.slice(0, said.indexOf('\r\n\r\n'));
}

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
