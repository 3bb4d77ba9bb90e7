import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { webkitBrowserPath } from '../../../../bench/testing/needs.ts';
import type { Key, OtherBrowser } from './shape.ts';

/** Code points of keys (WebDriver §17.4.2). */
const CODES: Readonly<Record<Key, string>> = {
  Tab: '\uE004',
  Enter: '\uE007',
  Space: ' ',
  ArrowRight: '\uE014',
  ArrowDown: '\uE015',
};

/** Name of the member that holds an element's reference (WebDriver §12.1). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Longest time for the driver to answer its first request. */
const START_MS = 60_000;

/** Starts WebKitGTK's own small browser on a display that nobody sees, and speaks WebDriver to it. */
export async function startWebKit(): Promise<OtherBrowser> {
  await using started = new AsyncDisposableStack();
  const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    const ended = once(child, 'close');
    started.defer(async () => {
      child.kill();
      await ended;
    });
    return child;
  };

  const folder = await mkdtemp(join(tmpdir(), 'wirebench-webkit-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const screen = run('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']);
  const [number] = await once(createInterface({ input: screen.stdio[3] as Readable }), 'line');
  const port = await unusedPort();
  run('WebKitWebDriver', [`--port=${port}`], {
    DISPLAY: `:${String(number)}`,
    GDK_BACKEND: 'x11',
    LIBGL_ALWAYS_SOFTWARE: '1',
  });
  const call = caller(`http://127.0.0.1:${port}`);
  await ready(call);
  const options = { binary: webkitBrowserPath(), args: ['--automation'] };
  const { sessionId, capabilities } = await call<Session>('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  });
  const session = `/session/${sessionId}`;
  started.defer(() => call('DELETE', session));
  const script = <Value>(text: string): Promise<Value> =>
    call('POST', `${session}/execute/sync`, { script: text, args: [] });
  const owned = started.move();
  return {
    version: `WebKitGTK ${capabilities.browserVersion}`,
    async open(file) {
      const copy = join(folder, basename(file));
      await writeFile(copy, withListener(await readFile(file, 'utf8')));
      await call('POST', `${session}/url`, { url: pathToFileURL(copy).href });
    },
    evaluate: (expression) => script(`return ${expression}`),
    press: (key) => {
      const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value: CODES[key] }));
      return call('POST', `${session}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    async chooseFile(path) {
      const focused = await call<Readonly<Record<string, string>>>('GET', `${session}/element/active`);
      await call('POST', `${session}/element/${focused[ELEMENT]}/value`, { text: path });
    },
    complaints: () => script('return complaints'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Script that keeps what goes wrong on a page, in `complaints`. The driver cannot tell, and has no log of the console. */
const LISTENER = `<script>
const complaints = [];
addEventListener('error', ({ message, target }) => complaints.push(message ?? 'not loaded: ' + target.outerHTML), true);
addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)));
addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push('against ' + violatedDirective));
for (const name of ['error', 'warn', 'assert']) console[name] = (...given) => complaints.push(given.join(' '));
</script>`;

/** Puts the listener in front of all else: before the document's policy, which admits no other script. */
function withListener(html: string): string {
  const doctype = /^<!doctype html>/i.exec(html)?.[0] ?? '';
  return doctype + LISTENER + html.slice(doctype.length);
}

type Session = { readonly sessionId: string; readonly capabilities: { readonly browserVersion: string } };

type Call = <Value = void>(method: string, path: string, body?: object) => Promise<Value>;

/** Caller of a driver's commands, which fails with the driver's own words (WebDriver §6.6). */
function caller(base: string): Call {
  return async <Value>(method: string, path: string, body?: object) => {
    const response = await fetch(base + path, { method, body: body === undefined ? null : JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (response.ok) return (answer as { value: Value }).value;
    const { error, message } = (answer as { value: { error: string; message: string } }).value;
    throw new Error(`WebKitWebDriver, ${method} ${path}: ${error}: ${message}`);
  };
}

/** Resolves once the driver listens. */
async function ready(call: Call): Promise<void> {
  const end = performance.now() + START_MS;
  for (;;) {
    try {
      return await call('GET', '/status');
    } catch (error) {
      if (performance.now() > end) throw error;
      await later(20);
    }
  }
}

/** Finds a port that nobody listens on. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
