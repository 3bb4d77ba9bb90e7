import type { ClientSettings, DataChannelSettings, Options, Receiver, Session } from '../bench/contract.ts';
import { lifetime } from './shared/lifetime.ts';
import { withToken } from './shared/token.ts';

/**
 * A WebRTC data channel: one message a message. We offer, the server answers, both over a WebSocket that stays open as long as
 * the session: by its close the server says why it ended, and a peer that is gone is noticed at once.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { platform, options, encoding, signal } = settings;
  const signalling = new platform.WebSocket(withToken(url, settings.token));
  const peer = new platform.RTCPeerConnection({ iceServers: [] });
  const channel = peer.createDataChannel('', channelSettings(options));
  const life = lifetime(receiver, signal, (wasUsable) => {
    // What was sent before is still sent: the peer connection ends when the server has said goodbye.
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

  // Without candidates: the server waits for us at its own address, which its answer names.
  async function offer(): Promise<void> {
    const description = await peer.createOffer();
    await peer.setLocalDescription(description);
    signalling.send(JSON.stringify({ type: 'offer', sdp: description.sdp }));
  }

  const failWith = (error: Error): void => fail(error.message);
  signalling.onopen = () => {
    offer().catch(failWith);
  };
  signalling.onmessage = ({ data }) => {
    const message = JSON.parse(data as string);
    if (message.type === 'answer') peer.setRemoteDescription(message).catch(failWith);
    if (message.type === 'ready') serverReady = true;
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
  channel.onmessage =
    encoding === 'text'
      ? ({ data }) => receiver.message(data as string)
      : ({ data }) => receiver.message(new Uint8Array(data as ArrayBuffer));
  channel.onclose = () => fail('the data channel was closed');
  peer.onconnectionstatechange = () => {
    if (peer.connectionState === 'failed') fail('the peer connection failed');
  };
  return life.session;
}

/** Both sides open channel 0 by agreement (RFC 8832 §4 is for channels that only one side knows of), each with these settings. */
function channelSettings({ ordered, maxRetransmits }: Options): DataChannelSettings {
  return {
    negotiated: true,
    id: 0,
    ordered: ordered !== false,
    ...(typeof maxRetransmits === 'number' ? { maxRetransmits } : {}),
  };
}
