import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { errorText } from '../error-text.ts';

/** What server and generator talk over. */
export interface Link {
  readonly kind: 'loopback' | 'veth';
  /** Why it is the loopback though a private link was welcome. */
  readonly reason: string | undefined;
  /** Address the server listens on. */
  readonly host: string;
  /** Addresses the generator's connections may come from. Each has the link's whole range of ports to itself. */
  readonly sources: readonly string[];
  /** What to put before a command, so that it runs at that end. */
  readonly serverEnd: readonly string[];
  readonly generatorEnd: readonly string[];
  /** Everything that crossed since the link was made, as the server's interface counts it; null on the loopback. */
  counters(): LinkCounters | null;
  /** The link and its namespaces are gone. */
  close(): Promise<void>;
}

/** Bytes with their Ethernet headers, as the kernel counts them: without preamble and frame check sequence. */
export interface LinkCounters {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly packetsUp: number;
  readonly packetsDown: number;
}

/** Largest TCP segment on the link: an Ethernet MTU less IPv4's 20 bytes and TCP's 32, with timestamps. */
export const SEGMENT_BYTES = 1_500 - 52;
/** What each packet carries besides: Ethernet 14, IPv4 20, TCP 20 and its timestamps 12. */
export const PACKET_BYTES = 66;
/** The same of a datagram: Ethernet 14, IPv4 20, UDP 8. */
export const DATAGRAM_PACKET_BYTES = 42;

/** First and last port of outgoing and of free ports: as many as can be with all of one length, which is part of a URL's. */
export const LINK_PORTS = [10_000, 65_535] as const;

const SERVER_ADDRESS = '10.77.0.1';
const SERVER_MAC = '02:00:0a:4d:00:01';
const GENERATOR_MAC = '02:00:0a:4d:01:01';
const INTERFACE = 'wirebench0';
const SOURCES = Array.from({ length: 4 }, (_, index) => `10.77.1.${index + 1}`);
/** Addresses that Linux answers on its loopback without being told; elsewhere only the first exists. */
const LOOPBACK_SOURCES = Array.from({ length: process.platform === 'linux' ? 16 : 1 }, (_, at) => `127.0.0.${at + 1}`);

export function loopback(reason?: string): Link {
  return {
    kind: 'loopback',
    reason,
    host: '127.0.0.1',
    sources: LOOPBACK_SOURCES,
    serverEnd: [],
    generatorEnd: [],
    counters: () => null,
    close: async () => {},
  };
}

/**
 * Makes a link of two network namespaces in a user namespace of our own, joined by a veth pair: no root, no trace on the
 * host's network. What holds them are two shells that wait for the end of their input, so the kernel takes everything away
 * when this process is gone, however it went.
 *
 * Packets are real ones of at most 1500 bytes: no segmentation is left to the device, neighbours are told to one another
 * beforehand and there is no IPv6, so nothing but the transports' own packets crosses.
 *
 * Throws, with what to do about it, where the kernel or its tools do not allow it.
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
    ]);
    await configure(generatorEnd, [
      ...interfaceUp(SOURCES),
      `ip neigh add ${SERVER_ADDRESS} lladdr ${SERVER_MAC} dev ${INTERFACE} nud permanent`,
    ]);
    return {
      kind: 'veth',
      reason: undefined,
      host: SERVER_ADDRESS,
      sources: SOURCES,
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

/** `auto` takes the loopback where no private link is to be had, and says why; `veth` throws there. */
export async function openLink(wanted: 'veth' | 'loopback' | 'auto'): Promise<Link> {
  if (wanted === 'loopback') return loopback();
  try {
    return await privateLink();
  } catch (error) {
    if (wanted === 'veth') throw error;
    return loopback(errorText(error));
  }
}

/** Of `/proc/<pid>/net/dev`: what the interface received comes from the client. */
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
    // With one segment a packet at the most, TCP cuts its stream itself, as it would have to before a plain cable.
    `ip link set ${INTERFACE} mtu 1500 addrgenmode none gso_max_segs 1`,
    ...addresses.map((address) => `ip addr add ${address}/16 dev ${INTERFACE}`),
    `ip link set ${INTERFACE} up`,
    `echo ${LINK_PORTS.join(' ')} > /proc/sys/net/ipv4/ip_local_port_range`,
    'echo 4096 > /proc/sys/net/core/somaxconn',
  ];
}

/** Starts a shell that keeps new namespaces for as long as its input is open. Resolves with its process id. */
async function hold(holders: ChildProcess[], command: readonly string[]): Promise<number> {
  const [program, ...args] = [...command, 'sh', '-c', 'echo ready; read -r _'];
  const holder = spawn(program!, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  holders.push(holder);
  // An input that is closed by the other side's end is no news.
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
