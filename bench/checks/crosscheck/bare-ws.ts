import { WebSocket } from 'ws';
import { goRound } from './bare.ts';

// A WebSocket echo client as in the documentation of `ws`.
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
