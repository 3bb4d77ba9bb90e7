import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Message } from '../bench/contract.ts';

/**
 * The HTTP server every web transport stands on, so that none gains from other timeouts or limits than its neighbours.
 * TCP_NODELAY is on: Node's default for HTTP servers, asked for all the same.
 */
export function createWebServer(onRequest: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const limits = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
  return createServer({ noDelay: true, keepAliveTimeout: 65_000, maxHeaderSize: 16_384, ...limits }, onRequest);
}

/** The answer to every path a transport does not have. */
export function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end();
}

/** Takes the message a POST brings, and answers with the status that `take` makes of it, or 413 where it is too large. */
export async function takeMessage(
  request: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
  take: (message: string) => Promise<number>,
): Promise<void> {
  try {
    response.writeHead(await take(await readText(request, mostBytes))).end();
  } catch (error) {
    if (error instanceof TooLarge) refuseTooLarge(request, response);
    else response.destroy();
  }
}

/** A request body over the limit. */
class TooLarge extends Error {}

/** Reads a whole body as text. Rejects with `TooLarge` as soon as the declared or the received length is over the limit. */
function readText(request: IncomingMessage, mostBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) return reject(new TooLarge());
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostBytes) chunks.push(chunk);
      else reject(new TooLarge());
    });
    request.on('end', () => resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request ended before its body did')));
  });
}

/** Time a refused sender has to finish before its connection is cut. */
const LINGER_MS = 1_000;

/**
 * Refuses with 413 and ends the connection (RFC 9110 §15.5.14). What is still arriving is read and thrown away for a
 * moment: closing at once would reset the connection, and the sender would never see why.
 */
function refuseTooLarge(request: IncomingMessage, response: ServerResponse): void {
  const text = 'message too large\n';
  response.writeHead(413, { 'content-type': 'text/plain', 'content-length': text.length, connection: 'close' });
  response.write(text);
  const cut = setTimeout(() => request.destroy(), LINGER_MS);
  const finish = () => {
    clearTimeout(cut);
    response.end();
  };
  if (request.complete) return finish();
  request.once('end', finish);
  request.once('close', () => clearTimeout(cut));
  request.resume();
}

/** A text message as a string, also where it came as its UTF-8 bytes. */
export function textOf(message: Message): string {
  return typeof message === 'string'
    ? message
    : Buffer.from(message.buffer, message.byteOffset, message.length).toString();
}
