import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, DataChannelSettings, Options, Receiver, Session } from '../bench/contract.ts';
import { withPlace, withToken } from './shared/address.ts';
import { field, parsed } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';

/** Time that the WebSocket has to bring the reason why the data channel was closed: its close code. */
const CLOSE_CODE_MS = 500;

/**
 * A WebRTC data channel, with one data channel message for each message. The client sends an offer and the server its answer over a
 * WebSocket that stays open as long as the session. Its close code says why the session ended, and shows at once that a peer is gone.
 * Resumes with `?since=` of the WebSocket; what was missed comes on the channel.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { platform, options, signal } = settings;
  const signalling = new platform.WebSocket(withPlace(withToken(url, settings.token), 'since', settings.resume));
  const peer = new platform.RTCPeerConnection({ iceServers: [] });
  const channel = peer.createDataChannel('', channelSettings(options));
  const life = lifetime(receiver, signal, (wasUsable) => {
    isClosing = true;
    // Messages sent before are still delivered: the peer connection closes when the server has closed the WebSocket.
    if (wasUsable) channel.close();
    else peer.close();
    signalling.close();
  });
  const signallingClosed = Promise.withResolvers<void>();
  let cause = '';
  let late: ReturnType<typeof setTimeout> | undefined;
  let isClosing = false;
  let channelOpen = false;
  let serverReady = false;

  const ready = (): void => {
    if (channelOpen && serverReady) life.usable((message) => channel.send(message as string | Uint8Array<ArrayBuffer>));
  };
  const fail = (reason: string): void => {
    cause ||= reason;
    signalling.close();
    if (isClosing) return;
    // The path of a channel that has died may not carry the WebSocket's goodbye either.
    late ??= setTimeout(
      () => life.over(new Error(`WebRTC session ended: ${cause}`), signallingClosed.promise),
      CLOSE_CODE_MS,
    );
  };

  // The offer has no candidates: the client connects to the server's address, which the answer names.
  async function offer(): Promise<void> {
    const description = await peer.createOffer();
    await peer.setLocalDescription(description);
    signalling.send(JSON.stringify({ type: 'offer', sdp: description.sdp }));
  }

  const failWith = (error: Error): void => fail(error.message);
  signalling.onopen = () => {
    offer().catch(failWith);
  };
  signalling.binaryType = 'arraybuffer';
  signalling.onmessage = ({ data }) => {
    const message = parsed(data);
    const [type, sdp] = [field(message, 'type'), field(message, 'sdp')];
    if (type === 'answer' && typeof sdp === 'string') peer.setRemoteDescription({ type, sdp }).catch(failWith);
    else if (type === 'ready') serverReady = true;
    else receiver.unreadable(unreadable('a signalling message', data));
    ready();
  };
  signalling.onerror = ({ message }) => {
    cause ||= message ?? '';
  };
  signalling.onclose = ({ code, reason }) => {
    clearTimeout(late);
    peer.close();
    signallingClosed.resolve();
    life.over(new Error(`WebRTC signalling closed with ${[code, reason, cause].filter(Boolean).join(' ')}`));
  };
  channel.binaryType = 'arraybuffer';
  channel.onopen = () => {
    channelOpen = true;
    ready();
  };
  channel.onmessage = ({ data }) =>
    receiver.message(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer));
  channel.onclose = () => fail('the data channel was closed');
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === 'failed') fail('the peer connection failed');
  };
  return life.session;
}

/** Settings of the channel, which both sides open as number 0 by agreement. Only other channels need RFC 8832 §4. */
function channelSettings({ ordered, maxRetransmits }: Options): DataChannelSettings {
  return {
    negotiated: true,
    id: 0,
    ordered: ordered !== false,
    ...(typeof maxRetransmits === 'number' ? { maxRetransmits } : {}),
  };
}
