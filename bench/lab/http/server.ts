import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errorText } from '../../error-text.ts';
import { type AccessRules, whyDenied } from '../access.ts';
import type { LabEvent } from '../protocol.ts';
import type { Ports } from '../proxy/ports.ts';
import { Refused } from '../requests.ts';

/** Interval at which the page learns of bytes and frames. */
const TRAFFIC_MS = 250;
/** Largest request: tallies of twelve lanes. */
const MAX_BODY_BYTES = 1 << 23;
/** Pages that may listen to events at a time. */
const MAX_LISTENERS = 32;

/** Contents of an answer. */
export interface Content {
  readonly type: string;
  readonly text: string;
}

export interface LabServerSettings {
  readonly ports: Ports;
  readonly port: number;
  /** Rules of admission, which depend on the port. */
  readonly rules: (port: number) => AccessRules;
  /** Text of a page by its path; undefined if there is none. */
  readonly page: (path: string) => Content | undefined | Promise<Content | undefined>;
  /** Does what the page asks for; undefined if there is no such order. */
  readonly order: (path: string, body: unknown) => Promise<unknown> | undefined;
  /** Bytes and frames since the last call; undefined if nothing runs. */
  readonly traffic: () => LabEvent | undefined;
}

export interface LabServer {
  readonly port: number;
  /** Sends an event to every page. */
  announce(event: LabEvent): void;
  close(): Promise<void>;
}

/**
 * Headers of every answer. Isolated pages have a finer clock; scripts come from the page itself alone. A report brings its own policy
 * and a script of its own.
 */
const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Serves the lab's page, its orders and its events. Every request is checked first. */
export async function openLabServer(settings: LabServerSettings): Promise<LabServer> {
  const listeners = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  let rules: AccessRules | undefined;
  const server: Server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => fail(response, error));
  });
  // No socket but those of requests: nothing is upgraded.
  server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n'));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request;
    const denial =
      rules === undefined ? { status: 403, reason: 'not ready' } : whyDenied({ method, url, headers }, rules);
    if (denial !== undefined) throw new Refused(denial.status, denial.reason);
    const { pathname } = new URL(url, 'http://lab');
    if (method === 'GET' && pathname === '/api/events') return listen(response);
    if (method === 'GET') {
      const content = await settings.page(pathname);
      if (content === undefined) throw new Refused(404, 'there is no such page');
      return send(response, 200, content.type, content.text);
    }
    if (method !== 'POST') throw new Refused(405, 'only GET and POST are understood');
    const body = await readJson(request);
    const doing = settings.order(pathname, body);
    if (doing === undefined) throw new Refused(404, 'there is no such order');
    send(response, 200, 'application/json', JSON.stringify((await doing) ?? {}));
  }

  function listen(response: ServerResponse): void {
    if (listeners.size >= MAX_LISTENERS) throw new Refused(429, 'too many pages are open');
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    listeners.add(response);
    response.once('close', () => listeners.delete(response));
  }

  const announce = (event: LabEvent): void => {
    for (const response of listeners) response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  const timer = setInterval(() => {
    const event = settings.traffic();
    if (event !== undefined) announce(event);
  }, TRAFFIC_MS);

  const port = await settings.ports.listen(server, settings.port).catch((error: unknown) => {
    clearInterval(timer);
    throw error;
  });
  rules = settings.rules(port);
  return {
    port,
    announce,
    async close() {
      clearInterval(timer);
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function fail(response: ServerResponse, error: unknown): void {
  const status = error instanceof Refused ? error.status : 500;
  if (response.headersSent) return void response.destroy();
  send(response, status, 'application/json', JSON.stringify({ error: errorText(error) }));
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` });
  response.end(text);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > MAX_BODY_BYTES) throw new Refused(413, 'the request is too large');
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}');
  } catch {
    throw new Refused(400, 'the request is not JSON');
  }
}
