import type { DataChannel, PeerConnection } from 'node-datachannel';
import type { Payload } from './websocket.ts';

/** Server's side of a WebRTC session, which answers the newest offer. */
export interface Peer {
  /** Answers an offer, and calls back when the channel is open. Returns the answer's SDP. */
  answer(offer: string, opened: () => void): Promise<string>;
  say(payload: Payload): void;
  /** Opens a second channel, which nobody agreed upon. */
  openAnother(): void;
  closeChannel(): void;
  close(): void;
}

/** Creates a peer on libdatachannel, whose side of the channel is reliable and ordered whatever the client's is. */
export function createPeer(): Peer {
  let peer: PeerConnection | undefined;
  let channel: DataChannel | undefined;

  function close(): void {
    channel?.close();
    peer?.close();
    channel = undefined;
    peer = undefined;
  }

  return {
    async answer(offer, opened) {
      const { PeerConnection } = await import('node-datachannel');
      close();
      peer = new PeerConnection('', { iceServers: [], disableAutoNegotiation: true, bindAddress: '127.0.0.1' });
      peer.onStateChange(() => {});
      channel = peer.createDataChannel('', { negotiated: true, id: 0 });
      channel.onOpen(opened);
      channel.onClosed(() => {});
      channel.onMessage(() => {});
      peer.setRemoteDescription(offer, 'offer');
      peer.setLocalDescription('answer');
      return peer.localDescription()?.sdp ?? '';
    },
    say(payload) {
      if (typeof payload === 'string') channel?.sendMessage(payload);
      else channel?.sendMessageBinary(payload);
    },
    openAnother() {
      peer?.createDataChannel('another').onClosed(() => {});
    },
    closeChannel: () => channel?.close(),
    close,
  };
}
