import { Receiver, Sender } from 'ws';
import { callback, MemorySocket, type Pieces } from '../../checks/micro/memory-socket.ts';

/** Creates one direction of a WebSocket: a sender and the receiver at the other end. Only clients mask (RFC 6455 §5.1). */
export function webSocket({ masked }: { masked: boolean }) {
  const socket = new MemorySocket();
  const sender = new Sender(socket);
  const options = { binary: false, compress: false, fin: true, mask: masked };
  const receiver = new Receiver({ isServer: masked });
  const received = callback<Buffer>();
  receiver.on('message', received.put);
  return {
    send(data: string | Uint8Array): Pieces {
      sender.send(data, options);
      return socket.written();
    },
    receive(chunk: Buffer): Buffer {
      receiver.write(chunk);
      return received.take();
    },
  };
}
