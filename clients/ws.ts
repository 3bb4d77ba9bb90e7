import { batcher, unbatch } from '../bench/codec/batch.ts';
import { unreadable } from '../bench/codec/unreadable.ts';
import type { ClientSettings, Receiver, Session } from '../bench/contract.ts';
import { withPlace, withToken } from './shared/address.ts';
import { lifetime } from './shared/lifetime.ts';
import { watchPings } from './shared/pings.ts';

/**
 * Raw WebSocket with one message a frame, or several with `batchMs`. Offers compression with `deflate`. Resumes with `?since=`, because a
 * browser's WebSocket cannot set headers.
 */
export function connect(url: string, receiver: Receiver, settings: ClientSettings): Promise<Session> {
  const { platform, options } = settings;
  const { deflate, batchMs = 0 } = options;
  const WebSocket = deflate === true ? platform.CompressingWebSocket : platform.WebSocket;
  const socket = new WebSocket(withPlace(withToken(url, settings.token), 'since', settings.resume));
  const batches = batchMs === 0 ? undefined : batcher(Number(batchMs), (frame) => socket.send(frame));
  const life = lifetime(receiver, settings.signal, () => {
    batches?.flush();
    // Some servers treat a close without a code as an error (RFC 6455 §7.1.5, 1005).
    socket.close(1000);
  });
  let cause = '';
  const pings = watchPings(socket, Number(options.heartbeatSeconds ?? 0), (reason) => {
    life.over(reason);
    socket.terminate?.();
  });

  const receive: Receiver['message'] =
    batches === undefined
      ? (message) => receiver.message(message)
      : (frame) => {
          try {
            unbatch(frame, (message) => receiver.message(message));
          } catch {
            receiver.unreadable(unreadable('a frame that is no batch', frame));
          }
        };

  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    pings.begin();
    life.usable(batches === undefined ? (message) => socket.send(message) : batches.add);
  };
  socket.onmessage = ({ data }) => receive(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer));
  socket.onerror = ({ message }) => {
    cause = message ?? '';
  };
  socket.onclose = ({ code, reason }) => {
    pings.end();
    batches?.flush();
    life.over(new Error(`WebSocket closed with ${[code, reason, cause].filter(Boolean).join(' ')}`));
  };
  return life.session;
}
