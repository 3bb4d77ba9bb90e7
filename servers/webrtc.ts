import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { WebSocket } from 'ws';
import type { Application, Listener, Message, Options, ReplayLog, ServerSettings } from '../bench/contract.ts';
import { errorText } from '../bench/error-text.ts';
import { command } from '../bench/results/command.ts';
import { Authenticator } from './shared/authenticator.ts';
import { AT_ONCE, watchBacklogs } from './shared/backlog.ts';
import { createWebServer, notFound, schemeOf } from './shared/http/http.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from './shared/listening.ts';
import { missedSince, placeInQuery } from './shared/log/resume.ts';
import { isLonger } from './shared/messages.ts';
import { acceptWebSockets, endSocket } from './shared/sockets.ts';
import { tokenBucket } from './shared/token-bucket.ts';
import { tryPort, untilFree } from './shared/udp.ts';
import { Inbox } from './shared/webrtc/webrtc-inbox.ts';
import { answerOf, descriptionOf, MAX_SIGNAL_BYTES, type Offer, readOffer } from './shared/webrtc/webrtc-signalling.ts';

/** Session of a peer: the socket for signalling and closing, and the channel for its messages. */
interface Session {
  readonly signalling: WebSocket;
  readonly peer: PeerConnection;
  readonly channel: DataChannel;
  readonly inbox: Inbox;
}

const library = await import('node-datachannel').catch((error: unknown) => errorText(error));

export function unavailable(): string | undefined {
  return typeof library === 'string'
    ? `node-datachannel cannot be loaded: ${library}; run ${command('npm ci')} with its install scripts allowed`
    : undefined;
}

/**
 * WebRTC data channels (RFC 8831) on libdatachannel: SCTP over DTLS over UDP. Offer and answer travel over a WebSocket, which then
 * stays open and silent. All sessions share one UDP port, which has the same number as the WebSocket's TCP port. A session that resumes
 * brings its place in the log as `?since=` of the WebSocket, and is sent what it missed through the data channel.
 */
export async function listen(application: Application, settings: ServerSettings, log?: ReplayLog): Promise<Listener> {
  if (typeof library === 'string') throw new Error(unavailable());
  const { PeerConnection } = library;
  const { limits, host, options } = settings;
  const { messageBytes } = limits;
  const authenticator = new Authenticator(settings);
  const server = createWebServer(settings, notFound, authenticator);
  const sockets = trackSockets(server);
  const sessions = new Set<Session>();
  const wss = acceptWebSockets(server, {
    authenticator,
    limits,
    tokenInHandshake: true,
    maxPayload: MAX_SIGNAL_BYTES,
  });
  const port = await bindBoth(server, sockets, settings);
  const configuration = {
    iceServers: [],
    disableAutoNegotiation: true,
    bindAddress: host,
    enableIceUdpMux: true,
    portRangeBegin: port,
    portRangeEnd: port,
    // The library truncates longer messages to this length: one byte above the limit, so that a message over it is noticed.
    maxMessageSize: messageBytes + 1,
  };
  // Belongs to no session: the library keeps the UDP port open only as long as a connection uses it.
  const portHolder = new PeerConnection('', configuration);
  const unused = portHolder.createDataChannel('');
  attachNoopListeners(portHolder, unused);
  portHolder.setLocalDescription('offer');

  function broadcast(message: Message): void {
    for (const { signalling, channel } of sessions) send(signalling, channel, message);
  }

  function receive({ signalling, channel, inbox }: Session): void {
    const take = tokenBucket(limits);
    const reply = (message: Message): void => send(signalling, channel, message);
    channel.onMessage((data) => {
      const message = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
      inbox.take(message);
      if (signalling.readyState !== signalling.OPEN) return;
      if (inbox.waitingBytes > AT_ONCE * limits.backlogBytes)
        return endSocket(signalling, 1008, 'too many bytes waiting');
      if (isLonger(message, messageBytes)) return endSocket(signalling, 1009, 'message too large');
      if (!take()) return endSocket(signalling, 1008, 'too many messages');
      void application(message, reply, broadcast);
    });
  }

  /** Opens a session. The answer makes the server the DTLS client; it is connected after the peer, so the peer is ready for its first flight. */
  function open(signalling: WebSocket, offer: Offer): Session {
    const peer = new PeerConnection('', configuration);
    const channel = peer.createDataChannel('', { negotiated: true, id: 0, ...reliability(options) });
    const session = { signalling, peer, channel, inbox: new Inbox(() => peer.bytesReceived()) };
    attachNoopListeners(peer, channel);
    receive(session);
    // Called also when the peer fell silent and its ICE consent has expired (RFC 7675 §5.1).
    channel.onClosed(() => endSocket(signalling, 1000, 'the data channel was closed'));
    // Refuses further channels: nothing reads them, and the library would keep their messages.
    peer.onDataChannel((another) => {
      another.close();
      endSocket(signalling, 1008, 'only one channel is allowed');
    });
    signalling.once('close', () => void closeWhenEmpty(session));
    peer.setRemoteDescription(descriptionOf(offer), 'offer');
    peer.setLocalDescription('answer');
    signalling.send(answerOf(peer.localDescription()?.sdp ?? '', messageBytes));
    return session;
  }

  wss.on('connection', (signalling: WebSocket, request: IncomingMessage) => {
    const since = placeInQuery(request, 'since');
    const late = setTimeout(() => endSocket(signalling, 4408, 'no data channel opened in time'), limits.handshakeMs);
    let session: Session | undefined;
    signalling.on('message', (data, isBinary) => {
      if (signalling.readyState !== signalling.OPEN) return;
      const offer = session === undefined ? readOffer(data, isBinary) : undefined;
      try {
        session = offer && open(signalling, offer);
      } catch {
        // The library may reject even a well-formed offer.
        session = undefined;
      }
      if (session === undefined) return endSocket(signalling, 1008, 'not an offer');
      const { channel } = session;
      channel.onOpen(() => {
        clearTimeout(late);
        if (session === undefined || signalling.readyState !== signalling.OPEN) return;
        sessions.add(session);
        signalling.send('{"type":"ready"}');
        for (const { message } of missedSince(log, since)) send(signalling, channel, message);
      });
    });
    signalling.once('close', () => {
      clearTimeout(late);
      if (session !== undefined) sessions.delete(session);
    });
  });

  const stopWatching = watchBacklogs(
    limits,
    () => sessions,
    ({ channel }) => channel.bufferedAmount(),
    ({ signalling }) => endSocket(signalling, 1013, 'reads too slowly'),
  );

  return {
    url: `${schemeOf('ws', settings)}://${authority(host, port)}/`,
    broadcast,
    effective: {
      heartbeat: 'ICE consent about every 5 s and SCTP heartbeats every 10 s, both ways',
      heartbeatSeconds: 5,
      compression: false,
      encryption: 'DTLS, always',
      ordered: options.ordered !== false,
      reliable: options.maxRetransmits === undefined,
      messageBytes,
    },
    close: closingOnce(async () => {
      stopWatching();
      for (const client of wss.clients) client.close(1001, 'server going away');
      wss.close();
      await closeServer(server, sockets);
      unused.close();
      portHolder.close();
      await untilFree(host, port);
    }),
  };
}

/** Adds listeners that do nothing. Without any the library misses the object's end, and the object keeps the process alive. */
function attachNoopListeners(peer: PeerConnection, channel: DataChannel): void {
  peer.onStateChange(() => {});
  channel.onClosed(() => {});
}

/** Maximum time to discard the messages that a peer sent before its session ended. */
const MAX_EMPTYING_MS = 5_000;

/** Closes a session when its queue is empty: the library's binding never frees messages still queued at a close. */
async function closeWhenEmpty({ peer, channel, inbox }: Session): Promise<void> {
  const deadline = performance.now() + MAX_EMPTYING_MS;
  while (!inbox.isEmpty && performance.now() < deadline) await sleep(1);
  channel.close();
  peer.close();
}

/** Reliability of the server's messages. Each side opens the channel itself, so the client cannot choose it. */
function reliability({ ordered, maxRetransmits }: Options) {
  return {
    unordered: ordered === false,
    ...(typeof maxRetransmits === 'number' ? { maxRetransmits } : {}),
  };
}

function send(signalling: WebSocket, channel: DataChannel, message: Message): void {
  // The session is over, though its channel may still be open.
  if (signalling.readyState !== signalling.OPEN) return;
  try {
    if (typeof message === 'string') channel.sendMessage(message);
    else channel.sendMessageBinary(message);
  } catch {
    // Closed meanwhile, or larger than the peer said that it accepts (RFC 8841 §6.1). Sending a part is not an option.
    endSocket(signalling, 1009, 'message too large for this peer');
  }
}

/** Number of ports tried when any port will do. */
const MAX_PORTS = 5;

/** Binds one port number for TCP and UDP: another program may have taken it for one of them. */
async function bindBoth(server: Server, sockets: ReadonlySet<Socket>, settings: ServerSettings): Promise<number> {
  for (let tried = 1; ; tried++) {
    const port = await bind(server, settings);
    try {
      // Tried first, because the library would end the process.
      return await tryPort(settings.host, port);
    } catch (error) {
      await closeServer(server, sockets);
      if (settings.port !== 0 || tried === MAX_PORTS) throw error;
    }
  }
}
