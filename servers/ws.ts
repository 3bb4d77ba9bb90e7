import { type PerMessageDeflateOptions, type RawData, WebSocket } from 'ws';
import { FULL_BATCH } from '../bench/codec/batch.ts';
import type { Application, Listener, Message, Options, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { Authenticator } from './shared/authenticator.ts';
import { createWebServer, notFound, schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './shared/listening.ts';
import { missedSince, placeInQuery } from './shared/log/resume.ts';
import { pingPeers } from './shared/pings.ts';
import { acceptWebSockets, endSocket } from './shared/sockets.ts';
import { tokenBucket } from './shared/token-bucket.ts';
import { type Peer, peerOf } from './shared/ws-peer.ts';

/**
 * Raw WebSocket (RFC 6455) on the `ws` library: one frame a message; text stays text and binary stays binary. Options:
 * `deflate`, `fresh` and `thresholdBytes` compress (RFC 7692); `batchMs` puts several messages in a frame. A session that resumes
 * brings its place in the log as `?since=` of the handshake.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  const { limits } = settings;
  const { messageBytes } = limits;
  const { batchMs = 0 } = settings.options;
  const heartbeatSeconds = Number(settings.options.heartbeatSeconds ?? 0);
  const perMessageDeflate = compressionOf(settings.options);
  const authenticator = new Authenticator(settings);
  const server = createWebServer(settings, notFound, authenticator);
  const sockets = trackSockets(server);
  const peers = new Map<WebSocket, Peer>();
  const wss = acceptWebSockets(server, {
    authenticator,
    limits,
    tokenInHandshake: true,
    options: { perMessageDeflate },
    // Limits the decompressed size. A full batch may exceed it by one message.
    maxPayload: batchMs === 0 ? messageBytes : messageBytes + MAX_CHARACTER_BYTES * FULL_BATCH,
  });

  function sendToAll(message: Message, binary: boolean): void {
    for (const [{ readyState }, peer] of peers) {
      if (readyState === WebSocket.OPEN) peer.send(message, binary);
    }
  }

  wss.on('connection', (socket, request) => {
    const peer = peerOf(socket, { batchMs: Number(batchMs), messageBytes });
    const take = tokenBucket(limits);
    peers.set(socket, peer);
    for (const { message } of missedSince(log, placeInQuery(request, 'since')))
      peer.send(message, typeof message !== 'string');
    socket.once('close', () => {
      peers.delete(socket);
      peer.flush();
    });
    socket.on('message', (data: RawData, isBinary) => {
      // A Buffer, never an array of fragments, because binaryType is 'nodebuffer'.
      peer.read(data as Buffer, isBinary, (message) => {
        if (!take()) return endSocket(socket, 1008, 'too many messages');
        void application(
          message,
          (answer) => peer.send(answer, isBinary),
          (news) => sendToAll(news, isBinary),
        );
      });
    });
  });

  const port = await bind(server, settings);
  const stopPings = pingPeers(() => peers.keys(), heartbeatSeconds);
  return {
    url: `${schemeOf('ws', settings)}://${authority(settings.host, port)}/`,
    broadcast: (message) => sendToAll(message, typeof message !== 'string'),
    effective: {
      heartbeat: heartbeatSeconds === 0 ? 'none' : 'server pings, and cuts peers that do not answer until the next',
      heartbeatSeconds,
      compression: perMessageDeflate === false ? false : describe(perMessageDeflate),
      tcpNoDelay: true,
      messageBytes,
      maxFragments: 128,
      batchMs,
    },
    close: closingOnce(() => {
      stopPings();
      for (const [socket, peer] of peers) {
        peer.flush();
        socket.close(1001, 'server going away');
      }
      wss.close();
      return closeServer(server, sockets);
    }),
  };
}

/** Maximum number of UTF-8 bytes for one UTF-16 unit. */
const MAX_CHARACTER_BYTES = 3;
/** Concurrent compressions and decompressions of all sessions: more would only fragment zlib's memory. */
const ZLIB_AT_ONCE = 10;

function compressionOf({ deflate, fresh, thresholdBytes }: Options): PerMessageDeflateOptions | false {
  if (deflate !== true) return false;
  return {
    serverNoContextTakeover: fresh === true,
    clientNoContextTakeover: fresh === true,
    // Used only without context takeover; with it, even the shortest message shrinks by what went before.
    threshold: Number(thresholdBytes ?? 0),
    concurrencyLimit: ZLIB_AT_ONCE,
  };
}

function describe({ serverNoContextTakeover, threshold }: PerMessageDeflateOptions): string {
  return serverNoContextTakeover
    ? `permessage-deflate, each message by itself, from ${threshold} bytes on`
    : 'permessage-deflate with context takeover';
}
