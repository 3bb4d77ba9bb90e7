import type { Steps } from '../../checks/micro/chain.ts';
import { message } from '../../checks/micro/chain.ts';
import { MemorySocket } from '../../checks/micro/memory-socket.ts';
import { sessionSurface } from './http.ts';

/** Bytes of the JSON around one message, its quotes included. */
export const pollBodyBytes = (index: number): number => JSON.stringify({ cursor: index, messages: [''] }).length;

/** Attack surface of polling. The server keeps messages until they are fetched, so no system buffer holds any of them. */
export const pollingSurface = sessionSurface('POST /sessions', { outlivesConnection: true, behindAfterBytes: 1 << 20 });

/** Encoding steps of polling: a POST up, a JSON answer down. */
export const pollingSteps: Steps = async () => {
  const { answerBody, answerOn, posted } = await import('./http-steps.ts');
  const socket = new MemorySocket();
  return {
    up: posted(),
    down: message()
      .timed('server encode', 'JSON of cursor and messages', 'node', (text) =>
        JSON.stringify({ cursor: 1, messages: [text] }),
      )
      .timed('server encode', 'HTTP answer, head and body', 'node', (body) => {
        const answer = answerOn(socket);
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        answer.writeHead(200, headers).end(body);
        answer.detachSocket(socket);
        return socket.written();
      })
      .untimed(answerBody)
      .timed('client decode', 'JSON of cursor and messages, without the HTTP head', 'node', (body) => {
        const { messages } = JSON.parse(body.toString()) as { messages: [string] };
        return messages[0];
      }),
  };
};
