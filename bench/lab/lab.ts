import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Environment, Results } from '../results/schema.ts';
import { makeMint } from '../security/tokens.ts';
import { bundlePage } from './http/bundle.ts';
import { labDocument } from './http/document.ts';
import { type Content, type LabServer, openLabServer } from './http/server.ts';
import { offeredNetworks, offeredTransports } from './offer.ts';
import type { InForce, KeptRun } from './protocol.ts';
import { ownPorts, type Ports } from './proxy/ports.ts';
import { MAX_RATE, MAX_SIZE, readCut, readKeep, readRun, readWindow } from './requests.ts';
import { LabSession, type OuterPath } from './session.ts';

/** Files of a run that was kept. */
export interface KeptFiles {
  /** Path of the results, as it is shown. */
  readonly results: string;
  /** The report: one document. */
  readonly html: string;
}

/** Place where the lab works instead of on the loopback. */
export interface Surroundings {
  readonly inForce: InForce;
  /** Ports that page and proxies listen on. */
  readonly ports: Ports;
  /** Maker of networks and cuts. */
  readonly outer: OuterPath;
}

export interface LabOptions {
  readonly port: number;
  /** True to be reached from the local network, with a token. */
  readonly isPublic: boolean;
  /** Style sheet of the page. */
  readonly style: string;
  readonly environment: Environment;
  /** Writes the results of a run, and makes its report. */
  readonly keep: (results: Results) => Promise<KeptFiles>;
  readonly inside?: Surroundings | undefined;
  readonly signal: AbortSignal;
}

export interface Lab {
  /** Addresses of the page, the one to be opened first. */
  readonly urls: readonly string[];
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const EVERYWHERE = '0.0.0.0';
const TOKEN_BYTES = 18;

/** Opens the lab: serves its page until it is closed. Throws if the port is taken or the page cannot be bundled. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { isPublic, style, environment, keep, inside, signal } = options;
  const script = await bundlePage();
  const token = isPublic ? randomBytes(TOKEN_BYTES).toString('base64url') : null;
  const mint = isPublic ? await makeMint('HS256') : undefined;
  const transports = await offeredTransports({ tokens: isPublic });
  const inForce = inside?.inForce ?? 'proxy';
  const ports = inside?.ports ?? ownPorts(isPublic ? EVERYWHERE : LOOPBACK);
  const document = labDocument(
    {
      transports,
      networks: offeredNetworks(),
      inForce,
      token,
      maxSize: MAX_SIZE,
      maxRate: MAX_RATE,
    },
    { style, script },
  );
  const kept = new Map<string, Content>();
  const origins: string[] = [];
  const names = isPublic
    ? [...localAddresses(), LOOPBACK, 'localhost']
    : [inside?.ports.host ?? LOOPBACK, ...(inside === undefined ? ['localhost'] : [])];
  let server: LabServer | undefined;
  await using undo = new AsyncDisposableStack();
  const session = undo.use(
    new LabSession({
      offered: transports.flatMap(({ name, unavailable }) => (unavailable === undefined ? [name] : [])),
      around: {
        ports,
        reachedAt: () => names[0] ?? LOOPBACK,
        origins,
        signal,
      },
      mint,
      environment,
      inForce,
      outer: inside?.outer,
      event: (event) => server?.announce(event),
    }),
  );

  async function keepRun(body: unknown): Promise<KeptRun> {
    const { results, html } = await keep(session.results(readKeep(body)));
    const report = `/kept/${kept.size + 1}/report.html`;
    kept.set(report, { type: 'text/html', text: html });
    return { results, report };
  }

  const orders: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    '/api/start': async (body) => session.start(readRun(body)),
    '/api/window': async (body) => session.window(readWindow(body)),
    '/api/cut': async (body) => session.cut(readCut(body)),
    '/api/stop': async (body) => session.stop(runOf(body)),
    '/api/keep': keepRun,
  };
  let port = 0;
  server = await openLabServer({
    ports,
    port: options.port,
    rules: (own) => {
      port = own;
      return { hosts: names.map((name) => `${name}:${port}`), token };
    },
    page: (path) => (path === '/' ? { type: 'text/html', text: document } : kept.get(path)),
    order: (path, body) => (Object.hasOwn(orders, path) ? orders[path]?.(body) : undefined),
    traffic: () => session.traffic(),
  });
  const opened = server;
  undo.defer(() => opened.close());
  origins.push(...names.map((name) => `http://${name}:${port}`));
  const ending = undo.move();
  const query = token === null ? '' : `?token=${token}`;
  return {
    urls: names.map((name) => `http://${name}:${port}/${query}`),
    close: () => ending.disposeAsync(),
  };
}

function runOf(body: unknown): string {
  const found = body !== null && typeof body === 'object' && 'run' in body ? body.run : undefined;
  return typeof found === 'string' ? found : '';
}

/** IPv4 addresses of this machine on its networks. */
function localAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((of = []) => of);
  return all.flatMap(({ family, internal, address }) => (family === 'IPv4' && !internal ? [address] : []));
}
