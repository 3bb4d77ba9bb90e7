import { fileURLToPath } from 'node:url';
import type { ClientModule, ClientSettings, Message, Receiver, Session } from '../../contract.ts';
import { bundle } from '../../run/browser/bundle.ts';
import { Chromium } from '../../run/browser/chromium.ts';
import { findBrowser } from '../../run/browser/find.ts';
import { type EmptyPage, openEmptyPage } from '../../run/browser/page.ts';
import { originOf } from '../../run/browser/workers.ts';
import { clientModule, inBrowserOf, type TransportChoice } from '../../transports/index.ts';
import { type Carried, type Connected, carry, TELL, type Telling, uncarried } from './remote-protocol.ts';

const PAGE = { module: fileURLToPath(new URL('./remote-page.ts', import.meta.url)), serve: 'serveClient' };

interface RemotePage extends EmptyPage {
  readonly receivers: Map<number, RemoteSession>;
  /** Closes the page. */
  close(): Promise<void>;
}

/** Page that is open or being opened. */
interface OpenPage {
  readonly page: Promise<RemotePage>;
  /** Number of its sessions that are open or being opened. */
  sessions: number;
}

interface RemoteSession {
  readonly receiver: Receiver;
  token: string | undefined;
  /** Set once `close` has been called here. */
  closing?: Promise<void>;
}

/** Client of a transport whose sessions are in pages of a browser, for tests that use it as if it ran here. */
export interface RemoteClient extends ClientModule, AsyncDisposable {}

/** Starts a browser for the client of a transport, which opens a page at the origin of each server that it connects to. */
export async function remoteClient(choice: TransportChoice): Promise<RemoteClient> {
  const found = findBrowser(null);
  if ('missing' in found) throw new Error(found.missing);
  const use = inBrowserOf(choice);
  if (use.speaks === 'never') throw new Error(`the browser ${use.because}`);
  const script = await bundle(fileURLToPath(clientModule(choice.entry)), PAGE);
  const { signal } = new AbortController();
  // Every page is at an address of the loopback, which counts as secure.
  const chromium = await Chromium.start(
    { path: found.path, origin: 'http://127.0.0.1', variables: process.env },
    signal,
  );
  const pages = new Map<string, OpenPage[]>();
  let sessions = 0;

  const open = async (origin: string): Promise<RemotePage> => {
    const page = await openEmptyPage(chromium.devTools, origin);
    const receivers: RemotePage['receivers'] = new Map();
    const off = chromium.devTools.on((method, params, session) => {
      if (method === 'Runtime.bindingCalled' && session === page.session && params.name === TELL)
        take(receivers, JSON.parse(String(params.payload)) as Telling);
    });
    await page.send('Runtime.enable');
    await page.send('Runtime.addBinding', { name: TELL });
    await page.evaluate(`${script}\n;0`);
    const close = async (): Promise<void> => {
      off();
      await chromium.devTools.send('Target.closeTarget', { targetId: page.targetId });
    };
    return { ...page, receivers, close };
  };

  /** Closes the pages at other origins that have no session: each is a process, and their servers are mostly gone. */
  const closeUnusedBut = (kept: string): void => {
    for (const [origin, opened] of pages) {
      if (origin === kept || opened.some((one) => one.sessions > 0)) continue;
      pages.delete(origin);
      // A page that could not be opened has told so to who asked for it.
      for (const { page } of opened) page.then((one) => one.close()).catch(() => {});
    }
  };

  /** Reserves the place of a session in a page, which may have to be opened. Pages open side by side. */
  const placeAt = (origin: string): OpenPage => {
    const opened = pages.get(origin) ?? [];
    let place = opened.find((one) => one.sessions < use.sessionsPerContext);
    if (place === undefined) {
      place = { page: open(origin), sessions: 0 };
      opened.push(place);
    }
    pages.set(origin, opened);
    place.sessions++;
    return place;
  };

  return {
    async connect(url, receiver, { platform: _, signal: aborts, ...settings }) {
      aborts.throwIfAborted();
      const origin = originOf(url);
      const place = placeAt(origin);
      const page = await place.page;
      closeUnusedBut(origin);
      return connectIn(page, ++sessions, url, receiver, { ...settings, signal: aborts }, () => place.sessions--);
    },
    [Symbol.asyncDispose]: () => chromium[Symbol.asyncDispose](),
  };
}

async function connectIn(
  page: RemotePage,
  session: number,
  url: string,
  receiver: Receiver,
  { signal, ...settings }: Omit<ClientSettings, 'platform'>,
  leave: () => void,
): Promise<Session> {
  const call = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`remote.${name}(${[session, ...args].map((one) => JSON.stringify(one)).join(', ')})`);
  const entry: RemoteSession = { receiver, token: undefined };
  page.receivers.set(session, entry);
  const abort = (): void => void call('abort', reasonOf(signal)).catch(() => {});
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const over = (): void => {
    if (page.receivers.delete(session)) leave();
  };
  const connected = JSON.parse(String(await call('connect', url, JSON.stringify(settings)))) as Connected;
  signal.removeEventListener('abort', abort);
  if ('failed' in connected) {
    over();
    // The reason travels as text; here it is the signal's own again.
    throw signal.aborted && connected.failed === reasonOf(signal) ? signal.reason : new Error(connected.failed);
  }
  entry.token ??= connected.token;
  return {
    send: batched(async (messages) => JSON.parse(String(await call('send', JSON.stringify(messages))))),
    resumeToken: () => entry.token,
    close() {
      entry.closing ??= call('close').then(over);
      return entry.closing;
    },
  };
}

/** Sends together what is to be sent in one turn of the event loop, in its order. */
function batched(sendAll: (messages: readonly Carried[]) => Promise<readonly (string | null)[]>) {
  let waiting: { readonly message: Carried; readonly done: (failed: string | null) => void }[] = [];
  const flush = async (): Promise<void> => {
    const taken = waiting;
    waiting = [];
    const failed = await sendAll(taken.map(({ message }) => message)).catch((error: Error) =>
      taken.map(() => error.message),
    );
    for (const [index, { done }] of taken.entries()) done(failed[index] ?? null);
  };
  return async (message: Message): Promise<void> => {
    const failed = await new Promise<string | null>((done) => {
      if (waiting.length === 0) queueMicrotask(() => void flush());
      waiting.push({ message: carry(message), done });
    });
    if (failed !== null) throw new Error(failed);
  };
}

/** Passes on what a session in a page tells. */
function take(receivers: RemotePage['receivers'], telling: Telling): void {
  const entry = receivers.get(telling.session);
  if (entry === undefined) return;
  entry.token = telling.token ?? entry.token;
  const { receiver } = entry;
  // `close` was called here before this happened, but reached the page after it.
  if (entry.closing !== undefined && !telling.isClosed) return;
  switch (telling.what) {
    case 'message':
      return receiver.message(uncarried(telling.message));
    case 'unreadable':
      return receiver.unreadable(telling);
    case 'lost':
      return receiver.lost(new Error(telling.reason));
    case 'interrupted':
      return receiver.interrupted?.(new Error(telling.reason));
    case 'attempting':
      return receiver.attempting?.();
    case 'resumed':
      return receiver.resumed?.({ replayed: telling.replayed });
  }
}

const reasonOf = ({ reason }: AbortSignal): string => (reason instanceof Error ? reason.message : String(reason));
