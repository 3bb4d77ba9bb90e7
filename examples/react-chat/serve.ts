import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { formatLogId, MemoryLog, newEpoch } from '../../bench/codec/replay-log.ts';
import type { Application, Listener } from '../../bench/contract.ts';
import { errorText } from '../../bench/error-text.ts';
import { usualLimits } from '../../bench/limits.ts';
import { findTransport, loadServer, optionsOf } from '../../bench/transports/index.ts';
import { browserTransport } from '../../clients/react/transports.ts';

export interface ChatServer extends AsyncDisposable {
  /** Address of the page. */
  readonly url: string;
  /** Starts a server of the chat over a transport, and returns its address and that of the page that uses it. */
  open(name: string): Promise<{ readonly page: string; readonly url: string }>;
}

const HTML =
  '<!doctype html><meta charset="utf-8"><title>Chat</title><div id="chat"></div><script type="module" src="/page.js"></script>';
const MAX_MESSAGE_BYTES = 10_000;

/** Serves the page of the chat on the loopback. */
export async function serveChat(port = 0): Promise<ChatServer> {
  const files = await bundle();
  const web = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const code = files.get(path.slice(1));
    const [type, body] = code === undefined ? ['text/html', HTML] : ['text/javascript', code];
    response.writeHead(path === '/' || code !== undefined ? 200 : 404, { 'content-type': `${type}; charset=utf-8` });
    response.end(body);
  });
  await once(web.listen(port, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const opened = new AsyncDisposableStack();
  opened.defer(() => close(web));
  return {
    url,
    async open(name) {
      const listener = await listen(name, url);
      opened.defer(() => listener.close());
      const query = new URLSearchParams({ transport: name, url: listener.url });
      return { page: `${url}/?${query}`, url: listener.url };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Starts a server whose application keeps every message in a log, gives it an id, and broadcasts it. */
async function listen(name: string, origin: string): Promise<Listener> {
  const choice = findTransport(browserTransport(name).name)!;
  const { listen: start } = await loadServer(choice.entry);
  const log = new MemoryLog(newEpoch());
  let length = 0;
  const application: Application = async (message) => {
    const id = formatLogId({ epoch: log.epoch, offset: length++ });
    const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
    const record = log.append(JSON.stringify({ id, text }));
    await listener.broadcast(record.message, record.id);
  };
  const limits = usualLimits(MAX_MESSAGE_BYTES);
  const settings = { host: '127.0.0.1', port: 0, options: optionsOf(choice), limits, origins: [origin] };
  const listener: Listener = await start(application, settings, log);
  return listener;
}

/** Bundles the page: its code, and a file for each client that it loads on demand. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const bundled = await rolldown({
    input: fileURLToPath(new URL('page.tsx', import.meta.url)),
    platform: 'browser',
    tsconfig: false,
    logLevel: 'silent',
    transform: {
      jsx: { runtime: 'automatic' },
      define: { 'process.env.NODE_ENV': '"development"', global: 'globalThis' },
    },
  });
  try {
    const { output } = await bundled.generate({ format: 'esm' });
    return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])));
  } finally {
    await bundled.close();
  }
}

async function close(web: Server): Promise<void> {
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  try {
    const chosen = (names.length > 0 ? names : ['ws']).map((name) => browserTransport(name).name);
    const chat = await serveChat(8080);
    for (const name of chosen) process.stdout.write(`${(await chat.open(name)).page}\n`);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    process.exit(2);
  }
}
