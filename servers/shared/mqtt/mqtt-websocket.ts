import type { Duplex } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { MOST_TOGETHER, writeTogether } from '../../../bench/codec/together.ts';
import type { ServerSettings } from '../../../bench/contract.ts';
import type { Gate } from '../gate.ts';
import { createWebServer, notFound } from '../http/http.ts';
import { acceptWebSockets, endSocket } from '../sockets.ts';

/** The one subprotocol there is. [MQTT-6.0.0-3] */
const SUBPROTOCOL = 'mqtt';

/** A web server that takes MQTT over WebSocket; a token comes with MQTT's own CONNECT, not with the handshake below it. */
export function createMqttWebServer(
  settings: ServerSettings,
  { gate, packetBytes, onStream }: { gate: Gate; packetBytes: number; onStream: (stream: Duplex) => void },
) {
  const { limits } = settings;
  const server = createWebServer(settings, notFound, gate);
  const wss = acceptWebSockets(server, {
    gate,
    limits,
    tokenInHandshake: false,
    // A message may hold several packets, or a part of one. [MQTT-6.0.0-2]
    maxPayload: Math.max(packetBytes, MOST_TOGETHER),
    options: { handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL },
  });
  wss.on('connection', (socket) => {
    // Who offers none is let through by `ws`.
    if (socket.protocol !== SUBPROTOCOL) return endSocket(socket, 1002, 'the subprotocol is mqtt');
    const stream = createWebSocketStream(socket, { writev: writeTogether });
    // [MQTT-6.0.0-1]
    socket.on('message', (_data, binary) => {
      if (!binary) endSocket(socket, 1003, 'binary only');
    });
    onStream(stream);
  });
  return server;
}
