import type { DataChannel, PeerConnection } from 'node-datachannel';
import type {
  DataChannelLike,
  DataChannelSettings,
  PeerConnectionConstructor,
  PeerConnectionLike,
} from '../../bench/contract.ts';

/** Largest message accepted from a peer, in bytes: as large as any message that a run can ask a server to send. */
const MAX_MESSAGE_BYTES = 1 << 24;

/**
 * The offering side of a browser's RTCPeerConnection, on libdatachannel. The library's own polyfill makes an event of each message
 * and passes it through two listeners; here a message costs one call and one object. Native code is loaded with the first offer.
 */
export class RTCPeerConnection implements PeerConnectionLike {
  connectionState = 'new';
  onconnectionstatechange: PeerConnectionLike['onconnectionstatechange'] = null;
  /** Local address of the connection; undefined if the library tries all. */
  readonly #bindAddress: string | undefined;
  readonly #channels: { channel: Channel; label: string; settings: DataChannelSettings }[] = [];
  #native: PeerConnection | undefined;

  constructor(_configuration?: { iceServers: [] }, bindAddress?: string) {
    this.#bindAddress = bindAddress;
  }

  createDataChannel(label: string, settings: DataChannelSettings): DataChannelLike {
    const channel = new Channel();
    this.#channels.push({ channel, label, settings });
    return channel;
  }

  async createOffer(): Promise<{ type: 'offer'; sdp?: string }> {
    const { PeerConnection } = await import('node-datachannel');
    if (this.connectionState === 'closed') throw new Error('the peer connection was closed');
    const native = new PeerConnection('', {
      iceServers: [],
      disableAutoNegotiation: true,
      maxMessageSize: MAX_MESSAGE_BYTES,
      ...(this.#bindAddress === undefined ? {} : { bindAddress: this.#bindAddress }),
    });
    this.#native = native;
    native.onStateChange((state) => {
      this.connectionState = state;
      this.onconnectionstatechange?.({});
    });
    for (const { channel, label, settings } of this.#channels) {
      const { ordered = true, ...rest } = settings;
      channel.adopt(native.createDataChannel(label, { ...rest, unordered: !ordered }));
    }
    native.setLocalDescription('offer');
    const { sdp = '' } = native.localDescription() ?? {};
    return { type: 'offer', sdp: sdp.replace(/^a=(candidate:.*|end-of-candidates)\r?\n/gm, '') };
  }

  /** Does nothing: the library sets its description when it creates the offer. */
  async setLocalDescription(): Promise<void> {}

  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    this.#native?.setRemoteDescription(sdp, 'answer');
  }

  close(): void {
    this.connectionState = 'closed';
    this.onconnectionstatechange = null;
    for (const { channel } of this.#channels) channel.close();
    this.#native?.close();
  }
}

/** RTCPeerConnection that is bound to a local address, if one is given. */
export function peerConnection(bindAddress: string | undefined): PeerConnectionConstructor {
  if (bindAddress === undefined) return RTCPeerConnection;
  return class extends RTCPeerConnection {
    constructor(configuration: { iceServers: [] }) {
      super(configuration, bindAddress);
    }
  };
}

class Channel implements DataChannelLike {
  binaryType: DataChannelLike['binaryType'] = 'arraybuffer';
  onopen: DataChannelLike['onopen'] = null;
  onmessage: DataChannelLike['onmessage'] = null;
  onclose: DataChannelLike['onclose'] = null;
  #native: DataChannel | undefined;

  adopt(native: DataChannel): void {
    this.#native = native;
    native.onOpen(() => this.onopen?.({}));
    native.onClosed(() => this.onclose?.({}));
    native.onMessage((message) => {
      this.onmessage?.({ data: typeof message === 'string' ? message : arrayBufferOf(message) });
    });
  }

  send(data: string | Uint8Array): void {
    if (this.#native === undefined) throw new Error('the data channel is not open');
    if (typeof data === 'string') this.#native.sendMessage(data);
    else this.#native.sendMessageBinary(data);
  }

  close(): void {
    this.#native?.close();
  }
}

/** Returns the bytes as an ArrayBuffer, without copying them if the buffer holds nothing else, as the library's do. */
function arrayBufferOf(bytes: Buffer | ArrayBuffer): ArrayBufferLike {
  if (bytes instanceof ArrayBuffer) return bytes;
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}
