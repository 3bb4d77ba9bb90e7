import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders, performServerHandshake } from 'node:http2';
import type { Socket } from 'node:net';

/** Traffic of one connection through a relay, one character per byte. */
export interface Overheard {
  /** HTTP requests as the server got them, with head and body. */
  readonly requests: string[];
  /** Everything that the server sent. */
  down: string;
}

/** First bytes of an HTTP/2 connection (RFC 9113 §3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n';

const quiet = (): void => {};

/** Forwards every stream of a client's connection to the server, with an `Origin` if one is given. Requests are recorded as HTTP/1.1-like text. */
export function relayStreams(near: Socket, target: string, heard: Overheard, origin: string | undefined): void {
  const far = connect(target);
  const session = performServerHandshake(near);
  session.on('error', quiet).on('close', () => far.destroy());
  far.on('error', quiet).on('close', () => session.destroy());
  session.on('stream', (stream, headers) => {
    const sent = origin === undefined ? headers : { ...headers, origin };
    const index = heard.requests.push(requestText(sent)) - 1;
    const request = far.request(sent);
    stream.on('error', quiet).on('close', () => request.close());
    request.on('error', quiet).on('close', () => stream.close());
    stream.on('data', (chunk: Buffer) => {
      heard.requests[index] += chunk.toString('latin1');
    });
    request.on('response', (answer) => {
      heard.down += answerText(answer);
      if (!stream.destroyed) stream.respond(answer);
    });
    request.on('data', (chunk: Buffer) => {
      heard.down += chunk.toString('latin1');
    });
    stream.pipe(request);
    request.pipe(stream);
  });
}

/** Sends a recorded request and resolves with its answer, as text. */
export function askStream(url: string, text: string): Promise<string> {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'host') continue;
    headers[name] = [...(headers[name] ?? []), line.slice(colon + 1).trim()];
  }
  const { origin, host } = new URL(url);
  const body = text.slice(end + 4);
  const session = connect(origin);
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    const pseudo = { ':method': method, ':path': path, ':authority': host };
    const request = session.request({ ...headers, ...pseudo }, { endStream: body === '' });
    let heard = '';
    request.on('response', (answer) => {
      heard += answerText(answer);
    });
    request.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    request.on('error', reject);
    request.on('close', () => {
      session.destroy();
      resolve(heard);
    });
    if (body !== '') request.end(body, 'latin1');
  });
}

function requestText(headers: IncomingHttpHeaders & OutgoingHttpHeaders): string {
  const { ':method': method, ':path': path, ':authority': host } = headers;
  return `${method} ${path} HTTP/2\r\nHost: ${host}\r\n${fields(headers)}\r\n`;
}

const answerText = (headers: IncomingHttpHeaders): string => `HTTP/2 ${headers[':status']} \r\n${fields(headers)}\r\n`;

function fields(headers: IncomingHttpHeaders & OutgoingHttpHeaders): string {
  return Object.entries(headers)
    .filter(([name]) => !name.startsWith(':'))
    .map(([name, value]) => `${name === 'origin' ? 'Origin' : name}: ${value}\r\n`)
    .join('');
}
