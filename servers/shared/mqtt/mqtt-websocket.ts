import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { MAX_COALESCED_BYTES, writeCoalesced } from '../../../bench/codec/coalesced-writes.ts';
import type { ServerSettings } from '../../../bench/contract.ts';
import type { Authenticator } from '../authenticator.ts';
import { createWebServer, notFound } from '../http/http.ts';
import { acceptWebSockets, endSocket } from '../sockets.ts';

/** Subprotocol of MQTT over WebSocket. [MQTT-6.0.0-3] */
const SUBPROTOCOL = 'mqtt';

/** Creates a web server for MQTT over WebSocket. A token comes with MQTT's own CONNECT, not with the handshake below it. */
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
    // A message may contain several packets, or a part of one. [MQTT-6.0.0-2]
    maxPayload: Math.max(packetBytes, MAX_COALESCED_BYTES),
    options: { handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL },
  });
  wss.on('connection', (socket) => {
    // `ws` accepts clients that offer no subprotocol.
    if (socket.protocol !== SUBPROTOCOL) return endSocket(socket, 1002, 'the subprotocol must be mqtt');
    const stream = createWebSocketStream(socket, { writev: writeCoalesced });
    // MQTT needs binary messages. [MQTT-6.0.0-1]
    socket.on('message', (_data, binary) => {
      if (!binary) endSocket(socket, 1003, 'binary only');
    });
    onStream(stream);
  });
  return server;
}
