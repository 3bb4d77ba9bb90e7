import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Row {
  readonly localPort: string;
  readonly remotePort: string;
  readonly inode: string;
}

/**
 * True if process `server` still holds a TCP connection to process `peer`, which may be stopped. Also true where the system does not
 * list connections.
 */
export function holdsConnection(server: number, peer: number): boolean {
  try {
    const rows = [...rowsOf('/proc/net/tcp'), ...rowsOf('/proc/net/tcp6')];
    const [ours, theirs] = [socketsOf(server), socketsOf(peer)];
    const ports = new Set(rows.filter(({ inode }) => theirs.has(inode)).map(({ localPort }) => localPort));
    return rows.some(({ inode, remotePort }) => ours.has(inode) && ports.has(remotePort));
  } catch {
    return true;
  }
}

function rowsOf(file: string): Row[] {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [, local = '', remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
    return { localPort: local.split(':')[1] ?? '', remotePort: remote.split(':')[1] ?? '', inode };
  });
}

function socketsOf(pid: number): ReadonlySet<string> {
  const sockets = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      if (inode !== undefined) sockets.add(inode);
    } catch {
      // The file was closed after the folder was read.
    }
  }
  return sockets;
}
