import { useState } from 'react';
import { type Message, type TransportName, useTransport } from '../../clients/react/index.ts';

export interface ChatProps {
  /** The one word that changes the transport: `ws`, `sse`, `socketio`, … */
  readonly transport: TransportName;
  readonly url: string;
}

/** Line of the chat, as its server sends it. */
interface Line {
  /** Its place in the server's log. */
  readonly id: string;
  readonly text: string;
}

const lineOf = (message: Message): Line => JSON.parse(String(message));

export function Chat({ transport, url }: ChatProps) {
  const [lines, setLines] = useState<readonly Line[]>([]);
  const { status, error, send } = useTransport(transport, url, {
    onMessage: (message) => setLines((before) => [...before, lineOf(message)]),
    cursorOf: (message) => lineOf(message).id,
    keepLast: false,
  });
  return (
    <main>
      <h1>Chat over {transport}</h1>
      <p role="status">{error === undefined ? status : `${status}: ${error.message}`}</p>
      <ol>
        {lines.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ol>
      <form action={(form) => void send(String(form.get('text')))}>
        <input name="text" aria-label="Message" autoComplete="off" required />
        <button type="submit">Send</button>
      </form>
    </main>
  );
}
