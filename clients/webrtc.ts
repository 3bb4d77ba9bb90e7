import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, DataChannelSettings, Options, Receiver, Session } from '../bench/contract.ts';
import { withToken } from './shared/address.ts';
import { field, parsed } from './shared/json.ts';
import { lifetime } from './shared/lifetime.ts';

/**
 * A WebRTC data channel, with one data channel message for each message. The client sends an offer and the server its answer over a
 * WebSocket that stays open as long as the session. Its close code says why the session ended, and shows at once that a peer is gone.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { platform, options, signal } = settings;
  const signalling = new platform.WebSocket(withToken(url, settings.token));
  const peer = new platform.RTCPeerConnection({ iceServers: [] });
  const channel = peer.createDataChannel('', channelSettings(options));
  const life = lifetime(receiver, signal, (wasUsable) => {
    // Messages sent before are still delivered: the peer connection closes when the server has closed the WebSocket.
    if (wasUsable) channel.close();
    else peer.close();
    signalling.close();
  });
  let cause = '';
  let channelOpen = false;
  let serverReady = false;

  const ready = (): void => {
    if (channelOpen && serverReady) life.usable((message) => channel.send(message as string | Uint8Array<ArrayBuffer>));
  };
  const fail = (reason: string): void => {
    cause ||= reason;
    signalling.close();
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
    peer.close();
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
