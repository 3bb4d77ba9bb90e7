import { connect } from 'node:net';
import { goRound } from './bare.ts';

const PREFIX_BYTES = 4;

// Hand-written length-prefixed messages, one in flight: reads the prefix, decodes the text, builds the next frame.
goRound(
  (url, message, arrived) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let received = Buffer.alloc(0);

      function send(): void {
        const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
        frame.writeUInt32BE(message.length);
        frame.write(message, PREFIX_BYTES);
        socket.write(frame);
      }

      socket.once('error', reject);
      socket.on('data', (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        while (received.length >= PREFIX_BYTES) {
          const end = PREFIX_BYTES + received.readUInt32BE();
          if (received.length < end) return;
          const text = received.toString('utf8', PREFIX_BYTES, end);
          received = received.subarray(end);
          // The empty frame is the server's greeting.
          if (text === '') resolve();
          else arrived();
          send();
        }
      });
    }),
);
