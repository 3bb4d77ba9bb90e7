import { WebSocket } from 'ws';
import { goRound } from './bare.ts';

/** A WebSocket echo as `ws`'s own documentation writes it. */
goRound(
  (url, message, arrived) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.once('error', reject);
      socket.once('open', () => {
        socket.send(message);
        resolve();
      });
      socket.on('message', () => {
        arrived();
        socket.send(message);
      });
    }),
);
