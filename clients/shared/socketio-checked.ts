import { NodeWebSocket } from 'socket.io-client';
import * as msgpack from 'socket.io-msgpack-parser';
import * as json from 'socket.io-parser';
import { field } from './json.ts';

/** Names of the client's own events, which no packet may have. MessagePack's decoder lets them pass. */
const RESERVED: readonly unknown[] = ['connect', 'connect_error', 'disconnect'];

interface Decoded {
  readonly type: number;
  readonly data?: unknown;
}

/**
 * Throws at a packet for which Socket.IO's client would throw later, where nothing catches it: an event whose name is an object, or the
 * reason of a refusal that is no text. Thrown here, it ends the session as a parse error.
 */
function assertPacket({ type, data }: Decoded): void {
  if (type === json.PacketType.CONNECT_ERROR) {
    const reason = typeof data === 'string' ? data : field(data, 'message');
    if (typeof reason !== 'string') throw new Error('the reason of a refusal is no text');
  }
  if (type !== json.PacketType.EVENT && type !== json.PacketType.BINARY_EVENT) return;
  const [name] = data as readonly unknown[];
  if (typeof name !== 'string' || RESERVED.includes(name)) throw new Error('an event has no name of its own');
}

/** Socket.IO's usual parser, with checks. */
export const CHECKED = {
  Encoder: json.Encoder,
  Decoder: class extends json.Decoder {
    constructor() {
      super();
      this.on('decoded', assertPacket);
    }
  },
};

/** Socket.IO's MessagePack parser, with checks. */
export const CHECKED_MSGPACK = {
  Encoder: msgpack.Encoder,
  Decoder: class extends msgpack.Decoder {
    override checkPacket(decoded: Decoded): void {
      super.checkPacket(decoded);
      assertPacket(decoded);
    }
  },
};

/** Engine.IO's transport over WebSocket, which throws a handshake that it cannot read to the process. Here that is an error of the connection. */
export class CheckedWebSocket extends NodeWebSocket {
  override onData(data: unknown): void {
    try {
      super.onData(data as string);
    } catch (cause) {
      this.onError('unreadable packet', cause, undefined);
    }
  }
}
