import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { MAX_COALESCED_BYTES, writeCoalesced } from '../../../bench/codec/coalesced-writes.ts';
import type { ServerSettings } from '../../../bench/contract.ts';
import type { Authenticator } from '../authenticator.ts';
import { createWebServer, notFound } from '../http/http.ts';
import { acceptWebSockets, endSocket } from '../sockets.ts';

/** The one subprotocol there is. [MQTT-6.0.0-3] */
const SUBPROTOCOL = 'mqtt';

/** A web server that takes MQTT over WebSocket; a token comes with MQTT's own CONNECT, not with the handshake below it. */
export function createMqttWebServer(
  settings: ServerSettings,
  {
    authenticator,
    packetBytes,
    onStream,
  }: { authenticator: Authenticator; packetBytes: number; onStream: (stream: Duplex) => void },
) {
  const { limits } = settings;
  const server = createWebServer(settings, notFound, authenticator);
  const wss = acceptWebSockets(server, {
    authenticator,
    limits,
    tokenInHandshake: false,
    // A message may hold several packets, or a part of one. [MQTT-6.0.0-2]
    maxPayload: Math.max(packetBytes, MAX_COALESCED_BYTES),
    options: { handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL },
  });
  wss.on('connection', (socket) => {
    // Who offers none is let through by `ws`.
    if (socket.protocol !== SUBPROTOCOL) return endSocket(socket, 1002, 'the subprotocol is mqtt');
    const stream = createWebSocketStream(socket, { writev: writeCoalesced });
    // [MQTT-6.0.0-1]
    socket.on('message', (_data, binary) => {
      if (!binary) endSocket(socket, 1003, 'binary only');
    });
    onStream(stream);
  });
  return server;
}
