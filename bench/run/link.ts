import { readFileSync } from 'node:fs';
import { errorText } from '../error-text.ts';
import type { Way } from '../load/protocol.ts';
import { missingPrograms, notInstalled } from './machine/programs.ts';
import { ROOTS, type Roots } from './machine/roots.ts';
import { type LeftOut, runSteps, type Step } from './machine/steps.ts';
import { Namespaces } from './namespaces.ts';

/** Network link between server and load generator. */
export interface Link {
  readonly kind: 'loopback' | 'veth';
  /** Reason why the loopback is used although a private link was preferred. */
  readonly reason: string | undefined;
  /** Optional steps of its set-up that failed. */
  readonly leftOut: readonly LeftOut[];
  /** First and last port for outgoing connections; null if they are the host's. */
  readonly ports: readonly [number, number] | null;
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
/** Range of ports that a new network namespace has. */
const USUAL_PORTS = [32_768, 60_999] as const;
const PORTS_STEP = 'ports';

/** Programs that make a private link. */
export const PROGRAMS = ['unshare', 'nsenter', 'sh', 'ip'];

export const SERVER_ADDRESS = '10.77.0.1';
export const SERVER_MAC = '02:00:0a:4d:00:01';
export const GENERATOR_MAC = '02:00:0a:4d:01:01';
export const INTERFACE = 'wirebench0';
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
    leftOut: [],
    ports: null,
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
 * the host's network.
 *
 * Packets have at most 1500 bytes, because segmentation offload is off. Neighbour entries are set beforehand and there is no IPv6, so
 * only the transports' own packets cross the link.
 *
 * Steps of the set-up that only refine the link are optional: it is made without those that fail. Throws, with the step and a remedy,
 * if the kernel or its tools do not allow the others.
 *
 * @param roots places of /proc, under which kernel settings are written
 */
export async function privateLink({ proc }: Pick<Roots, 'proc'> = ROOTS): Promise<Link> {
  if (process.platform !== 'linux') throw new Error('no private link: it needs Linux');
  const missing = missingPrograms(PROGRAMS);
  if (missing.length > 0) throw new Error(`no private link: ${notInstalled(missing)}`);
  const namespaces = new Namespaces();
  try {
    const server = await namespaces.add('the server’s namespace');
    const generator = await namespaces.add('the generator’s namespace');
    const leftOut = [
      ...(await runSteps(server.end, serverSteps(generator.pid, proc))),
      ...(await runSteps(generator.end, generatorSteps(proc))),
    ];
    return {
      kind: 'veth',
      reason: undefined,
      ...outcomeOf(leftOut),
      host: SERVER_ADDRESS,
      ways: WAYS,
      serverEnd: server.end,
      generatorEnd: generator.end,
      counters: () => parseCounters(readFileSync(`/proc/${server.pid}/net/dev`, 'utf8')),
      close: () => namespaces.close(),
    };
  } catch (error) {
    await namespaces.close();
    throw new Error(`no private link: ${errorText(error)}`);
  }
}

/** Optional steps that failed, each once, and the ports that a link has without them. */
export const outcomeOf = (leftOut: readonly LeftOut[]): Pick<Link, 'leftOut' | 'ports'> => ({
  leftOut: leftOut.filter(({ name }, at) => leftOut.findIndex((one) => one.name === name) === at),
  ports: leftOut.some(({ name }) => name === PORTS_STEP) ? USUAL_PORTS : LINK_PORTS,
});

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

export const step = (name: string, command: string): Step => ({ name, command });

const serverSteps = (generator: number, proc: string): Step[] => [
  step(
    'virtual cable',
    `ip link add ${INTERFACE} address ${SERVER_MAC} type veth peer name ${INTERFACE} address ${GENERATOR_MAC} netns ${generator}`,
  ),
  ...interfaceUp([SERVER_ADDRESS], proc),
  ...SOURCES.map((source) => neighbour(source, GENERATOR_MAC)),
  ...WAYS.map(({ host }) => step('addresses of the ways', `ip addr add ${host}/32 dev lo`)),
];

const generatorSteps = (proc: string): Step[] => [
  ...interfaceUp(SOURCES, proc),
  neighbour(SERVER_ADDRESS, SERVER_MAC),
  ...WAYS.map(({ source, host }) =>
    step('routes of the ways', `ip route add ${host}/32 via ${SERVER_ADDRESS} dev ${INTERFACE} src ${source}`),
  ),
];

export const neighbour = (address: string, mac: string): Step => ({
  name: 'neighbour entries',
  command: `ip neigh add ${address} lladdr ${mac} dev ${INTERFACE} nud permanent`,
  without: 'the bytes on the link include requests for addresses (ARP), 84 bytes at a time',
});

export function interfaceUp(addresses: readonly string[], proc: string): Step[] {
  return [
    step('loopback interface', 'ip link set lo up'),
    // At most one segment a packet, so that TCP cuts its stream itself, as without offload.
    step('packets as on a cable', `ip link set ${INTERFACE} mtu 1500 gso_max_segs 1`),
    {
      name: 'no IPv6',
      command: `ip link set ${INTERFACE} addrgenmode none`,
      without: 'the bytes on the link include packets with which IPv6 looks for neighbours',
    },
    ...addresses.map((address) => step('addresses', `ip addr add ${address}/16 dev ${INTERFACE}`)),
    step('interface', `ip link set ${INTERFACE} up`),
    {
      name: PORTS_STEP,
      command: `echo ${LINK_PORTS.join(' ')} > ${proc}/sys/net/ipv4/ip_local_port_range`,
      without: `each address has the kernel’s usual ports, ${USUAL_PORTS.join(' to ')}`,
    },
    // Some kernels, such as Debian 12’s 6.1, have no such file in a namespace that belongs to another user than root.
    {
      name: 'accept queue',
      command: `echo 4096 > ${proc}/sys/net/core/somaxconn`,
      without: 'the kernel’s own limit holds (4096 since Linux 5.4, 128 before)',
    },
  ];
}
