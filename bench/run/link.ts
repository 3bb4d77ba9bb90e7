import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorText } from '../error-text.ts';
import type { Way } from '../load/protocol.ts';

/** Network link between server and load generator. */
export interface Link {
  readonly kind: 'loopback' | 'veth';
  /** Reason why the loopback is used although a private link was preferred. */
  readonly reason: string | undefined;
  /** Address that the server listens on. */
  readonly host: string;
  /** Ways from the generator to the server, each from a source address of its own with the link's whole range of ports. */
  readonly ways: readonly Way[];
  /** Command prefix that makes a process run at the server's end. */
  readonly serverEnd: readonly string[];
  /** Command prefix that makes a process run at the generator's end. */
  readonly generatorEnd: readonly string[];
  /** Counts of the server's interface since the link was made; null on the loopback. */
  counters(): LinkCounters | null;
  /** Removes the link and its namespaces. */
  close(): Promise<void>;
}

/** Bytes and packets on the link. The kernel counts Ethernet headers, but not the preamble and frame check sequence. */
export interface LinkCounters {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly packetsUp: number;
  readonly packetsDown: number;
}

/** Largest TCP segment on the link: an Ethernet MTU less IPv4's 20 bytes and TCP's 32, with timestamps. */
export const SEGMENT_BYTES = 1_500 - 52;
/** Headers of a TCP packet: Ethernet 14, IPv4 20, TCP 20 and its timestamps 12 bytes. */
export const PACKET_BYTES = 66;
/** Headers of a UDP packet: Ethernet 14, IPv4 20, UDP 8 bytes. */
export const DATAGRAM_PACKET_BYTES = 42;

/** Range of ports for outgoing connections and servers. All have five digits, so that every URL has the same length. */
export const LINK_PORTS = [10_000, 65_535] as const;

const SERVER_ADDRESS = '10.77.0.1';
const SERVER_MAC = '02:00:0a:4d:00:01';
const GENERATOR_MAC = '02:00:0a:4d:01:01';
const INTERFACE = 'wirebench0';
const WAYS = Array.from({ length: 4 }, (_, at) => ({ source: `10.77.1.${at + 1}`, host: `10.77.2.${at + 1}` }));
const SOURCES = WAYS.map(({ source }) => source);
/** Source addresses on the loopback, which Linux has without configuration; other systems have only the first. */
const LOOPBACK_ADDRESSES = process.platform === 'linux' ? 250 : 1;
/**
 * Ways on the loopback. There are many, because a port that was bound stays taken for a minute after its connection, whatever the
 * server's port was: one trial follows another, and each needs ports for all of its sessions.
 */
const LOOPBACK_WAYS = Array.from({ length: LOOPBACK_ADDRESSES }, (_, at) => ({ source: `127.0.0.${at + 1}` }));

export function loopback(reason?: string): Link {
  return {
    kind: 'loopback',
    reason,
    host: '127.0.0.1',
    ways: LOOPBACK_WAYS,
    serverEnd: [],
    generatorEnd: [],
    counters: () => null,
    close: async () => {},
  };
}

/**
 * Makes a link of two network namespaces, joined by a veth pair, in a user namespace of our own. It needs no root and does not touch
 * the host's network. Two shells that wait for the end of their input keep the namespaces alive, so the kernel removes everything
 * when this process ends, however it ends.
 *
 * Packets have at most 1500 bytes, because segmentation offload is off. Neighbour entries are set beforehand and there is no IPv6, so
 * only the transports' own packets cross the link.
 *
 * Throws, with a remedy, if the kernel or its tools do not allow it.
 */
export async function privateLink(): Promise<Link> {
  const holders: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(
      holders.map(async (holder) => {
        if (holder.exitCode !== null || holder.signalCode !== null) return;
        const gone = once(holder, 'exit');
        holder.stdin?.end();
        await gone;
      }),
    );
  };
  try {
    const server = await hold(holders, ['unshare', '--user', '--map-root-user', '--net']);
    const enterUser = ['nsenter', '--preserve-credentials', `--user=/proc/${server}/ns/user`];
    const generator = await hold(holders, [...enterUser, 'unshare', '--net']);
    const serverEnd = [...enterUser, `--net=/proc/${server}/ns/net`];
    const generatorEnd = [...enterUser, `--net=/proc/${generator}/ns/net`];

    await configure(serverEnd, [
      `ip link add ${INTERFACE} address ${SERVER_MAC} type veth peer name ${INTERFACE} address ${GENERATOR_MAC} netns ${generator}`,
      ...interfaceUp([SERVER_ADDRESS]),
      ...SOURCES.map((source) => `ip neigh add ${source} lladdr ${GENERATOR_MAC} dev ${INTERFACE} nud permanent`),
      ...WAYS.map(({ host }) => `ip addr add ${host}/32 dev lo`),
    ]);
    await configure(generatorEnd, [
      ...interfaceUp(SOURCES),
      `ip neigh add ${SERVER_ADDRESS} lladdr ${SERVER_MAC} dev ${INTERFACE} nud permanent`,
      ...WAYS.map(({ source, host }) => `ip route add ${host}/32 via ${SERVER_ADDRESS} dev ${INTERFACE} src ${source}`),
    ]);
    return {
      kind: 'veth',
      reason: undefined,
      host: SERVER_ADDRESS,
      ways: WAYS,
      serverEnd,
      generatorEnd,
      counters: () => parseCounters(readFileSync(`/proc/${server}/net/dev`, 'utf8')),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens a link. Without a private link, `auto` uses the loopback and says why; `veth` throws. */
export async function openLink(wanted: 'veth' | 'loopback' | 'auto'): Promise<Link> {
  if (wanted === 'loopback') return loopback();
  try {
    return await privateLink();
  } catch (error) {
    if (wanted === 'veth') throw error;
    return loopback(errorText(error));
  }
}

/** Reads the server's `/proc/<pid>/net/dev`: bytes that the interface received come from the client. */
export function parseCounters(table: string): LinkCounters {
  const line = table.split('\n').find((one) => one.trim().startsWith(`${INTERFACE}:`));
  if (line === undefined) throw new Error(`the private link has no interface ${INTERFACE}`);
  const columns = line.slice(line.indexOf(':') + 1).trim();
  const [bytesUp, packetsUp, , , , , , , bytesDown, packetsDown] = columns.split(/\s+/).map(Number);
  return { bytesUp: bytesUp!, bytesDown: bytesDown!, packetsUp: packetsUp!, packetsDown: packetsDown! };
}

function interfaceUp(addresses: readonly string[]): string[] {
  return [
    'ip link set lo up',
    // At most one segment a packet, so that TCP cuts its stream itself, as without offload.
    `ip link set ${INTERFACE} mtu 1500 addrgenmode none gso_max_segs 1`,
    ...addresses.map((address) => `ip addr add ${address}/16 dev ${INTERFACE}`),
    `ip link set ${INTERFACE} up`,
    `echo ${LINK_PORTS.join(' ')} > /proc/sys/net/ipv4/ip_local_port_range`,
    'echo 4096 > /proc/sys/net/core/somaxconn',
  ];
}

/** Starts a shell that keeps new namespaces alive as long as its input is open. Resolves with its process id. */
async function hold(holders: ChildProcess[], command: readonly string[]): Promise<number> {
  const [program, ...args] = [...command, 'sh', '-c', 'echo ready; read -r _'];
  const holder = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  holders.push(holder);
  // Ignores the broken pipe of a shell that has ended.
  holder.stdin.on('error', () => {});
  let said = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = Promise.race([once(holder, 'close'), once(holder, 'error').then(([error]) => Promise.reject(error))]);
  const outcome = await Promise.race([once(holder.stdout, 'data').then(() => 'ready'), ended]).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(
        `no private link: ${error.code === 'ENOENT' ? `${program} is not installed (install util-linux)` : error.message}`,
      );
    },
  );
  if (outcome !== 'ready') throw new Error(`no private link: ${said.trim() || `${program} ended`}`);
  return holder.pid!;
}

async function configure(end: readonly string[], lines: readonly string[]): Promise<void> {
  const [program, ...args] = [...end, 'sh', '-e', '-c', lines.join('\n')];
  try {
    await promisify(execFile)(program!, args);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const said = stderr.trim() || message;
    const fix = /ip: .*not found/.test(said) ? ' (install iproute2)' : '';
    throw new Error(`no private link: ${said}${fix}`);
  }
}
