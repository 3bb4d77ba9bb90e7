import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import type { Message } from '../bench/contract.ts';

/** Bytes cannot stand in JSON: they are written as an object with their base64. */
export function jsonOf(read: { cursor: number; messages: readonly Message[] }, base64: boolean): string {
  if (!base64) return JSON.stringify(read);
  const messages = read.messages.map((message) =>
    typeof message === 'string' ? message : { b: Buffer.from(message).toString('base64') },
  );
  return JSON.stringify({ cursor: read.cursor, messages });
}

export function sendPacked(response: ServerResponse, body: string): void {
  gzip(body, (error, packed) => {
    if (error) return void response.destroy();
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': packed.length };
    response.writeHead(200, headers).end(packed);
  });
}

export function sendJson(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}
