import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Identity, Options } from '../../../contract.ts';
import { notInstalled } from '../../machine/programs.ts';
import { freePort, OwnServer, type OwnServerSettings } from '../../own-server.ts';
import { haproxyConfiguration } from './haproxy.ts';
import { settingsInForce } from './in-force.ts';
import { nginxConfiguration } from './nginx.ts';
import { ADVISED_IDLE_SECONDS, type ProxyOrder } from './order.ts';
import { findProxy } from './program.ts';

/** Settings of a proxy that is to be started. */
export interface ProxySettings extends Pick<ProxyOrder, 'via' | 'carries' | 'host' | 'upstreams' | 'connections'> {
  readonly link: OwnServerSettings['link'];
  readonly core: string | undefined;
  /** Port that clients dial; 0 for a free one. */
  readonly port: number;
  /** Certificate by which clients that dial it with TLS know it. Absent: no TLS. */
  readonly identity?: Identity | undefined;
  /** Time without a byte after which a session is ended, if it has not its defaults. Default: what is advised. */
  readonly idleSeconds?: number;
  readonly signal: AbortSignal;
}

/** A proxy that runs. */
export interface RunningProxy {
  readonly port: number;
  /** Name and version, such as `nginx 1.22.1`. */
  readonly name: string;
  /** Settings in force, for the results. */
  readonly effective: Options;
  readonly server: OwnServer;
}

/** Configuration of a proxy. @param streamModule path of nginx's module for TCP, if it has to be loaded */
export const configurationOf = (order: ProxyOrder, streamModule?: string): string =>
  order.via.proxy === 'nginx' ? nginxConfiguration(order, streamModule) : haproxyConfiguration(order);

/** Arguments with which a proxy runs in the foreground, or only checks its configuration. */
export function argumentsOf(
  { via, folder }: Pick<ProxyOrder, 'via' | 'folder'>,
  file: string,
  onlyCheck = false,
): string[] {
  if (via.proxy === 'haproxy') return [onlyCheck ? '-c' : '-db', '-f', file];
  return [...(onlyCheck ? ['-t'] : []), '-e', 'stderr', '-p', folder, '-c', file];
}

/**
 * Starts a proxy at the server's end of the link. Its configuration and its certificate are in a folder of its own. It is gone, and the
 * folder with it, when this process ends, however it ends. Throws if it does not listen, with what it said.
 */
export async function startProxy(settings: ProxySettings): Promise<RunningProxy> {
  const { via, carries, host, upstreams, connections, link, core, identity, signal } = settings;
  const found = findProxy(via.proxy);
  if (found === undefined) throw new Error(notInstalled([via.proxy]));
  const port = settings.port === 0 ? await freePort(link) : settings.port;
  const folder = mkdtempSync(join(tmpdir(), `wirebench-proxy-${process.pid}-`));
  const order: ProxyOrder = {
    via,
    carries,
    host,
    port,
    upstreams,
    connections,
    idleSeconds: settings.idleSeconds ?? ADVISED_IDLE_SECONDS,
    folder,
    ...(identity === undefined ? {} : { identity: join(folder, 'identity.pem') }),
  };
  const configuration = configurationOf(order, found.stream?.module);
  const file = join(folder, `${via.proxy}.conf`);
  writeFileSync(file, configuration);
  if (order.identity !== undefined && identity !== undefined)
    writeFileSync(order.identity, `${identity.certificate}\n${identity.key}\n`, { mode: 0o600 });
  const command = `exec ${[found.path, ...argumentsOf(order, file)].map(quoted).join(' ')}`;
  const server = await OwnServer.start({
    command,
    url: `tcp://HOST:PORT`,
    link: { ...link, host },
    core,
    datagrams: false,
    signal,
    port,
    folder,
    name: 'the proxy',
  }).catch((error: unknown) => {
    // One whose shell could not be started has nobody else to remove it.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const name = `${via.proxy} ${found.version}`;
  return { port, name, effective: settingsInForce(order, configuration, found.version), server };
}

/** Quotes a word for a shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
