import type { Host } from '../host.ts';
import { textOf } from '../limits.ts';
import type { Link } from '../link.ts';

/**
 * Connections that the system of the server's end has refused because the queue of a listening socket was full. Null where other programs'
 * connections would be counted too, or where the system does not tell.
 */
export async function readListenDrops(host: Pick<Host, 'tree'>, { kind }: Pick<Link, 'kind'>): Promise<number | null> {
  if (kind === 'loopback') return null;
  const pid = (await host.tree())?.pid;
  return pid === undefined ? null : parseListenDrops(textOf(`/proc/${pid}/net/netstat`) ?? '');
}

/** Reads `ListenDrops` of /proc/net/netstat, whose first line of a group has the names and the second one the values. */
export function parseListenDrops(table: string): number | null {
  const [names, values] = table
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '));
  const at = names?.indexOf('ListenDrops') ?? -1;
  const drops = Number(values?.[at] ?? Number.NaN);
  return at < 0 || !Number.isInteger(drops) ? null : drops;
}
