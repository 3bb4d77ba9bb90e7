import type { PageAnswer } from '../../load/browser/protocol.ts';
import type { WorkerAnswer, WorkerOrder } from '../../load/protocol.ts';
import { OrderFailed } from '../child.ts';
import { type DevTools, textIn } from './devtools.ts';

/** Path of the page at the server's origin. The browser never asks the server for it. */
const PATH = '/wirebench-page';
const DOCUMENT = '<!doctype html><title>Wirebench</title><link rel="icon" href="data:,">';
/** Fields of the page that isolate it, so that its clock is as fine as a page's can be. */
const HEADERS = {
  'content-type': 'text/html',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
/** Permissions without which newer browsers keep a page from private addresses, even from its own server's. Older ones know none. */
const PERMISSIONS = ['localNetworkAccess', 'localNetwork', 'loopbackNetwork'];
/** Number of exchanges from which the page's clock is related to the host's. */
const EXCHANGES = 10;
/** Rounding of the browser's own account of its clock, in nanoseconds. */
const ROUNDING_NS = 20_000;

/** Page that is a load worker. */
export interface Page {
  /** Gives an order, and resolves with its answer. */
  ask(order: WorkerOrder): Promise<WorkerAnswer>;
  /** Collects the garbage of the page. */
  collect(): Promise<void>;
  /** Freezes the page, so that no task of it runs, or lets it go on. */
  freeze(frozen: boolean): Promise<void>;
}

type Send = (method: string, params?: Readonly<Record<string, unknown>>) => ReturnType<DevTools['send']>;

/** Empty page that runs scripts. */
export interface EmptyPage {
  /** Id by which it can be attached to again. */
  readonly targetId: string;
  /** Session of the DevTools protocol in which its events come. */
  readonly session: string;
  /** Sends it a command of the DevTools protocol. */
  readonly send: Send;
  /** Evaluates an expression, waits for a promise, and resolves with the value, which JSON can write. */
  evaluate(expression: string): Promise<unknown>;
}

/** Opens an empty, isolated page at the server's own origin, in a browser context of its own. The server sees no request for it. */
export async function openEmptyPage(devTools: DevTools, origin: string): Promise<EmptyPage> {
  const context = textIn(
    await devTools.send('Target.createBrowserContext', { disposeOnDetach: true }),
    'browserContextId',
  );
  await grant(devTools, { origin, browserContextId: context }, PERMISSIONS);
  const target = await devTools.send('Target.createTarget', { url: 'about:blank', browserContextId: context });
  const page = await attachTo(devTools, textIn(target, 'targetId'));
  const { session, send } = page;
  devTools.on((method, _, of) => {
    if (of === session && method === 'Inspector.targetCrashed') devTools.fail(new Error('the page crashed'));
  });
  await send('Inspector.enable');
  await navigate(devTools, session, origin);
  return page;
}

/** Attaches to a page, which runs on if it is detached from. */
export async function attachTo(devTools: DevTools, targetId: string): Promise<EmptyPage> {
  const session = textIn(await devTools.send('Target.attachToTarget', { targetId, flatten: true }), 'sessionId');
  const send: Send = (method, params) => devTools.send(method, params, session);
  return { targetId, session, send, evaluate: (expression) => evaluate(send, expression) };
}

/** Opens a page at the server's own origin, and runs the script of a load worker in it. */
export async function openPage(devTools: DevTools, origin: string, script: string): Promise<Page> {
  const page = await openEmptyPage(devTools, origin);
  const { send } = page;
  await page.evaluate(`${script}\n;0`);
  await page.evaluate(`wirebench.begin('${await zeroOf(send)}')`);
  return {
    async ask(order) {
      const answer = await page.evaluate(`wirebench.ask(${JSON.stringify(JSON.stringify(order))})`);
      const read = JSON.parse(String(answer)) as PageAnswer;
      if (read.answer === 'failed') throw new OrderFailed('the page', read.reason);
      return read;
    },
    async collect() {
      await send('HeapProfiler.collectGarbage');
    },
    async freeze(frozen) {
      await send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' });
    },
  };
}

/** Grants those of the permissions that the browser knows. Each call takes away what it does not name. */
async function grant(
  devTools: DevTools,
  to: { readonly origin: string; readonly browserContextId: string },
  permissions: readonly string[],
): Promise<void> {
  const unknown = await devTools.send('Browser.grantPermissions', { ...to, permissions }).then(
    () => false,
    (error: Error) => {
      if (error.message.includes('Unknown permission')) return true;
      throw error;
    },
  );
  if (!unknown) return;
  const known: string[] = [];
  for (const permission of permissions) {
    await devTools.send('Browser.grantPermissions', { ...to, permissions: [permission] }).then(
      () => known.push(permission),
      () => {},
    );
  }
  if (known.length > 0) await devTools.send('Browser.grantPermissions', { ...to, permissions: known });
}

/** Opens the page, which the browser is given in the place of the server's answer. */
async function navigate(devTools: DevTools, session: string, origin: string): Promise<void> {
  const send: Send = (method, params) => devTools.send(method, params, session);
  const url = `${origin}${PATH}`;
  const answer = {
    responseCode: 200,
    responseHeaders: Object.entries(HEADERS).map(([name, value]) => ({ name, value })),
    body: Buffer.from(DOCUMENT).toString('base64'),
  };
  await send('Page.enable');
  await send('Fetch.enable', { patterns: [{ urlPattern: url, requestStage: 'Request' }] });
  const failing = Promise.withResolvers<never>();
  const loaded = new Promise<void>((resolve) => {
    const off = devTools.on((method, params, of) => {
      if (of !== session) return;
      if (method === 'Fetch.requestPaused') {
        send('Fetch.fulfillRequest', { requestId: params.requestId, ...answer }).catch(failing.reject);
      }
      if (method !== 'Page.loadEventFired') return;
      off();
      resolve();
    });
  });
  const { errorText } = await Promise.race([send('Page.navigate', { url }), failing.promise]);
  if (errorText !== undefined) throw new Error(`the page could not be opened: ${errorText}`);
  await Promise.race([loaded, failing.promise]);
  await send('Fetch.disable');
  await send('Page.disable');
  if ((await evaluate(send, 'isSecureContext && crossOriginIsolated')) !== true) {
    throw new Error('the browser did not isolate the page, so that its clock is too coarse');
  }
}

/**
 * Reading of `process.hrtime.bigint`, in digits, at which the page's `performance.now()` was 0. The browser tells it, from the clock
 * that it shares with Node on Linux; exchanges with the page bound it, and decide where the two differ.
 */
async function zeroOf(send: Send): Promise<string> {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  const originNs = process.hrtime.bigint();
  for (let exchange = 0; exchange < EXCHANGES; exchange++) {
    const before = Number(process.hrtime.bigint() - originNs);
    const pageNs = Number(await evaluate(send, 'performance.now()')) * 1e6;
    const after = Number(process.hrtime.bigint() - originNs);
    low = Math.max(low, before - pageNs);
    high = Math.min(high, after - pageNs);
  }
  await send('Performance.enable');
  const { metrics } = await send('Performance.getMetrics');
  await send('Performance.disable');
  const seconds = (metrics as readonly { name: string; value: number }[]).find(
    ({ name }) => name === 'NavigationStart',
  );
  const told = Number(BigInt(Math.round((seconds?.value ?? 0) * 1e9)) - originNs);
  const isWithin = told >= low - ROUNDING_NS && told <= high + ROUNDING_NS;
  return (originNs + BigInt(Math.round(isWithin ? told : (low + high) / 2))).toString();
}

/** Evaluates an expression in the page, waits for a promise, and resolves with the value. */
async function evaluate(send: Send, expression: string): Promise<unknown> {
  const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  const { result, exceptionDetails } = answer as {
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
  };
  if (exceptionDetails !== undefined) {
    const { exception, text } = exceptionDetails;
    throw new Error(`the page failed: ${exception?.description ?? text}`);
  }
  return result?.value;
}
