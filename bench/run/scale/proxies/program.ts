import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { ProxyName, Via } from '../../../results/via.ts';
import { apt, isExecutable, notInstalled } from '../../machine/programs.ts';
import type { Carried } from './order.ts';

/** Folders that hold servers and that a user's search path may leave out. */
const MORE_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Proxy that is installed on this machine. */
export interface ProxyProgram {
  readonly path: string;
  /** Version, such as `1.22.1`. */
  readonly version: string;
  /** True if it can pass on TCP, with the path of the module that it has to load for that. */
  readonly stream: { readonly module?: string } | undefined;
}

/** First version of nginx whose open edition has `sticky cookie`. */
const STICKY_NGINX = [1, 29, 6];

/** Path of a proxy on this machine; undefined if it is not installed. */
export function pathOf(name: ProxyName, path = process.env.PATH ?? ''): string | undefined {
  const folders = [...path.split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Finds a proxy on this machine; undefined if it is not installed. */
export function findProxy(name: ProxyName, path = process.env.PATH): ProxyProgram | undefined {
  const program = pathOf(name, path);
  if (program === undefined) return undefined;
  const { stdout, stderr } = spawnSync(program, [name === 'nginx' ? '-V' : '-v'], { encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  const [, version = 'of unknown version'] = /(?:nginx\/|version )(\d+(?:\.\d+)*)/.exec(said) ?? [];
  return { path: program, version, stream: name === 'nginx' ? streamOf(said) : {} };
}

/** Part of nginx for TCP, by what it says of how it was built: built in, a module to load, or neither. */
export function streamOf(said: string, isThere = isReadable): ProxyProgram['stream'] {
  if (/--with-stream(?:\s|$)/m.test(said)) return {};
  const [, folder = ''] = /--modules-path=(\S+)/.exec(said) ?? [];
  const module = join(folder, 'ngx_stream_module.so');
  return isThere(module) ? { module } : undefined;
}

const isReadable = (path: string): boolean => spawnSync('test', ['-r', path]).status === 0;

/** Reason why this machine cannot put a proxy before servers of this protocol, and what would help. */
export interface WhyNot {
  readonly kind: 'unavailable' | 'not supported';
  readonly reason: string;
}

/** Says why a proxy of this machine cannot be used; undefined if it can. */
export function whyNoProxy(
  { proxy, sticky }: Via,
  carries: Carried,
  found: ProxyProgram | undefined,
): WhyNot | undefined {
  if (found === undefined) return { kind: 'unavailable', reason: `unavailable here: ${notInstalled([proxy])}` };
  if (carries === 'TCP' && found.stream === undefined) {
    const reason = `unavailable here: this ${proxy} has no module for TCP (${apt('libnginx-mod-stream')})`;
    return { kind: 'unavailable', reason };
  }
  if (proxy === 'nginx' && sticky === 'cookie' && isBefore(found.version, STICKY_NGINX)) {
    const reason = `needs “sticky cookie”, which the open edition of nginx has since ${STICKY_NGINX.join('.')}, and this is ${found.version}`;
    return { kind: 'not supported', reason };
  }
  return undefined;
}

function isBefore(version: string, other: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const at = other.findIndex((part, index) => part !== (parts[index] ?? 0));
  return at >= 0 && (parts[at] ?? 0) < other[at]!;
}
