import { IncomingMessage, ServerResponse } from 'node:http';
import { type Chain, message } from '../../checks/micro/chain.ts';
import { arrived, MemorySocket, type Pieces } from '../../checks/micro/memory-socket.ts';

/**
 * Steps of a message up in the body of a POST. They exclude the request's head, because undici and Node.js write and parse it in
 * functions that are not exported.
 */
export function posted(): Chain<string> {
  return message()
    .timed('client encode', 'POST body, without the HTTP head', 'node', (text) => Buffer.from(text))
    .timed('server decode', 'POST body, to text, without the HTTP head', 'node', (body) => body.toString());
}

/** Creates a function that writes chunks into an answer that stays open. */
export function chunked(contentType: string): (content: Buffer) => Pieces {
  const socket = new MemorySocket();
  const stream = answerOn(socket);
  stream.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache' });
  stream.flushHeaders();
  socket.written();
  return (content) => {
    stream.write(content);
    return socket.written();
  };
}

/** Creates Node's response to a request on this socket. */
export function answerOn(socket: MemorySocket): ServerResponse {
  const request = new IncomingMessage(socket);
  request.method = 'GET';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  return response;
}

/** Content of a chunk, between its hexadecimal length and a line end. RFC 9112 §7.1 */
export function chunkContent(pieces: Pieces): Buffer {
  const chunk = arrived(pieces);
  return chunk.subarray(chunk.indexOf('\r\n') + 2, -2);
}

/** Body of an answer, after the empty line. */
export function answerBody(pieces: Pieces): Buffer {
  const answer = arrived(pieces);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}
