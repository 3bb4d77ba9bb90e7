import { createServer, type Socket } from 'node:net';
import type { Application, Listener, Message, ServerSettings } from '../../../bench/contract.ts';
import { authority, bind, closeServer, closingOnce, trackSockets } from '../../../servers/shared/listening.ts';

/** Newline-delimited JSON over TCP: each message is a JSON string on a line of its own. The server greets a session with an empty one. */
export async function listen(application: Application, settings: ServerSettings): Promise<Listener> {
  const server = createServer({ noDelay: true });
  const sockets = trackSockets(server);
  const { messageBytes } = settings.limits;

  function broadcast(message: Message): void {
    const line = encode(message);
    for (const socket of sockets) socket.write(line);
  }

  server.on('connection', (socket: Socket) => {
    const reply = (message: Message): void => void socket.write(encode(message));
    let rest = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const message of lines.map(decode)) {
        if (message === undefined || Buffer.byteLength(message) > messageBytes) return void socket.destroy();
        void application(message, reply, broadcast);
      }
      // JSON writes a character as at most six.
      if (rest.length > 6 * messageBytes) socket.destroy();
    });
    socket.on('error', () => {});
    socket.write(encode(''));
  });

  const port = await bind(server, settings);
  return {
    url: `tcp://${authority(settings.host, port)}`,
    broadcast,
    effective: { heartbeat: 'none', compression: false, tcpNoDelay: true, messageBytes },
    close: closingOnce(() => {
      for (const socket of sockets) socket.end();
      return closeServer(server, sockets);
    }),
  };
}

/** Decodes a line. Undefined for anything but a JSON string, because a peer may send anything. */
function decode(line: string): string | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

function encode(message: Message): string {
  return `${JSON.stringify(String(message))}\n`;
}
