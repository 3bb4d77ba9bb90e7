import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorText } from '../../error-text.ts';
import type { Way } from '../../load/protocol.ts';
import { effectsOf, type Network } from '../../networks/network.ts';
import type {
  PathEffects,
  RadioCounts,
  Recorded,
  RelayAddresses,
  RelayAnswer,
  RelayCounts,
  RelayOrder,
} from '../../networks/protocol.ts';
import { REBOUND_ADDRESSES } from '../../networks/rebinding.ts';
import { Child } from '../child.ts';
import {
  GENERATOR_MAC,
  INTERFACE,
  interfaceUp,
  type Link,
  type LinkCounters,
  neighbour,
  outcomeOf,
  PROGRAMS,
  parseCounters,
  SERVER_ADDRESS,
  SERVER_MAC,
  step,
} from '../link.ts';
import { missingPrograms, notInstalled } from '../machine/programs.ts';
import { ROOTS, type Roots } from '../machine/roots.ts';
import { runSteps, type Step } from '../machine/steps.ts';
import { Namespaces } from '../namespaces.ts';
import { congestionControlOf, endConnections, hasConnections, resetConnections, untilQuiet } from './connections.ts';

type Relay = Child<RelayOrder, RelayAnswer>;

/** Private link whose packets go through a relay, which makes a network of it. */
export interface RelayedLink extends Link {
  readonly relayPid: number;
  /** Replaces the network; null lets packets through at once. Packets under way still arrive. A cut goes on. */
  change(network: Network | null, seed: number): Promise<void>;
  /** Drops every packet in both directions from now on, those under way too, or lets them pass again. */
  cut(on: boolean): Promise<void>;
  /**
   * Gives every client another address on its way, and each of its ports another, as behind a NAT that forgot. The server's packets to
   * the address before find nobody, and its answers to what comes from the new one reach the client. Lasts until the link settles.
   */
  rebind(): Promise<void>;
  /**
   * Resets all TCP connections between both ends. Resolves with their number once both ends know; 0 if there is none, as over UDP.
   * Throws if this system cannot do it.
   */
  reset(): Promise<number>;
  /** Replaces the lines of single clients, by their numbers, until the network changes. Null gives them lines as the others have. */
  slowLines(clients: readonly number[], effects: PathEffects | null): Promise<void>;
  /** Packets since the link was made. */
  counts(): Promise<RelayCounts>;
  /** Begins to watch the use of each client's radio, which stays awake for the tail after a packet. */
  watchRadio(tailSeconds: number): Promise<void>;
  /** Use of the radios since `watchRadio`. */
  radioCounts(): Promise<RadioCounts>;
  /** Begins to record frames, up to so many bytes in all. */
  record(maxBytes: number): Promise<void>;
  /** Number of frames recorded so far. */
  recorded(): Promise<number>;
  /** Recorded frames. Ends the recording. */
  frames(): Promise<Recorded>;
  /** Lifts what was done to the path, and waits until no packet and no connection of a trial is left. */
  settle(): Promise<void>;
  /** True once the relay has ended, however that came. */
  readonly hasEnded: boolean;
  /** Rejects, with how it ended, when the relay ends before the link is closed. */
  ended(): Promise<never>;
  /** Congestion control of connections that were looked at; that of the routes before, and where the system does not tell. */
  readonly congestionControl: string;
  /** Looks at the congestion control of the connections that there are, until some were seen. */
  look(): void;
}

/** True if a relay makes networks of the link. */
export const isRelayed = (link: Link): link is RelayedLink => 'relayPid' in link;

export interface RelaySettings {
  readonly network: Network | null;
  /** Seed of what happens to packets. */
  readonly seed: number;
  /** Number of clients with a line of their own. */
  readonly lines: number;
  /** Core of the relay, in the notation of `taskset`; undefined to leave the choice to the system. */
  readonly core: string | undefined;
  readonly signal: AbortSignal;
}

const relayFile = fileURLToPath(new URL('../../networks/relay.ts', import.meta.url));
const RELAY_SECONDS = 10;
/** Size that a cable's packets need for a full frame and its VXLAN, UDP and IP headers. */
const CABLE_MTU = 1_600;
/** Bytes of an Ethernet header, which a VXLAN device does not count. */
const ETHERNET_BYTES = 14;
/** Congestion control of most servers; another one carries many times as much over a path with loss. */
const CONGESTION_CONTROL = 'cubic';

const GENERATOR_ADDRESS = '10.77.1.1';
/** Ranges of the clients' addresses, and of the server's addresses that they dial: a route by destination chooses the source. */
const CLIENTS = '10.78';
const SERVERS = '10.79';
/** Largest number of lines: the addresses of a range without the first and the last. */
export const MAX_LINES = 65_534;

const ADDRESSES: RelayAddresses = {
  server: { own: '192.168.77.2', remote: '192.168.77.1' },
  clients: { own: '192.168.78.2', remote: '192.168.78.1' },
};

const host = (range: string, line: number): string => `${range}.${(line + 1) >> 8}.${(line + 1) & 255}`;

/** Address of a client as a number. */
const addressOf = (line: number): number =>
  host(CLIENTS, line)
    .split('.')
    .reduce((address, byte) => address * 256 + Number(byte), 0);

/** Ways of clients that have a line each. */
const waysOf = (lines: number): Way[] =>
  Array.from({ length: lines }, (_, line) => ({ source: host(CLIENTS, line), host: host(SERVERS, line) }));

/**
 * Makes a link of three network namespaces: the server's, the generator's and, between them, the relay's. Whole Ethernet frames go
 * through the relay (VXLAN), so both ends look as on a link without it. It needs no root, and everything ends with this process.
 *
 * Throws, with the step and a remedy, if the kernel or its tools do not allow it.
 */
export async function relayedLink(
  { network, seed, lines, core, signal }: RelaySettings,
  { proc }: Pick<Roots, 'proc'> = ROOTS,
): Promise<RelayedLink> {
  if (process.platform !== 'linux') throw new Error('no network: it needs Linux');
  const missing = missingPrograms(PROGRAMS);
  if (missing.length > 0) throw new Error(`no network: ${notInstalled(missing)}`);
  const namespaces = new Namespaces();
  let relay: Relay | undefined;
  let seen: string | undefined;
  const close = async (): Promise<void> => {
    await relay?.kill();
    await namespaces.close();
  };
  try {
    const server = await namespaces.add('the server’s namespace');
    const generator = await namespaces.add('the generator’s namespace');
    const middle = await namespaces.add('the relay’s namespace');
    await runSteps(middle.end, [
      step('loopback interface', 'ip link set lo up'),
      ...cable('server', server.pid),
      ...cable('clients', generator.pid),
    ]);
    const leftOut = [
      ...(await runSteps(server.end, [
        ...device('server'),
        ...interfaceUp([SERVER_ADDRESS], proc),
        ...serverSteps(proc),
      ])),
      ...(await runSteps(generator.end, [
        ...device('clients'),
        ...interfaceUp([GENERATOR_ADDRESS], proc),
        ...generatorSteps(lines, proc),
      ])),
    ];
    relay = new Child('the relay', relayFile, { core, end: middle.end });
    const patience = { seconds: RELAY_SECONDS, signal };
    const effects = network === null ? null : effectsOf(network);
    await relay.ask({ order: 'open', addresses: ADDRESSES, effects, seed }, 'opened', patience);
    const opened = relay;
    const counts = async (): Promise<RelayCounts> => (await opened.ask({ order: 'counts' }, 'counts', patience)).counts;
    const change = async (order: Exclude<RelayOrder, { order: 'open' | 'counts' }>): Promise<void> => {
      await opened.ask(order, 'changed', patience);
    };
    let rebinds = 0;
    return {
      kind: 'veth',
      reason: undefined,
      ...outcomeOf(leftOut),
      host: SERVER_ADDRESS,
      ways: waysOf(lines),
      serverEnd: server.end,
      generatorEnd: generator.end,
      counters: () => withEthernet(parseCounters(readFileSync(`/proc/${server.pid}/net/dev`, 'utf8'))),
      relayPid: opened.pid ?? -1,
      change: (next, nextSeed) =>
        change({ order: 'network', effects: next === null ? null : effectsOf(next), seed: nextSeed }),
      cut: (on) => change({ order: 'cut', on }),
      rebind: () => change({ order: 'rebind', times: ++rebinds }),
      reset: () => resetConnections(server, generator),
      slowLines: (clients, slow) => change({ order: 'lines', clients: clients.map(addressOf), effects: slow }),
      counts,
      watchRadio: (tailSeconds) => change({ order: 'radio', tailSeconds }),
      radioCounts: async () => (await opened.ask({ order: 'radioCounts' }, 'radioCounts', patience)).radio,
      record: (maxBytes) => change({ order: 'record', maxBytes }),
      recorded: async () => (await opened.ask({ order: 'recorded' }, 'recorded', patience)).frames,
      async frames() {
        const { frames, leftOut } = await opened.ask({ order: 'frames' }, 'frames', patience);
        return { frames, leftOut };
      },
      async settle() {
        await change({ order: 'cut', on: false });
        await change({ order: 'network', effects: null, seed: 0 });
        await untilQuiet(async () => {
          const { waiting } = await counts();
          return waiting === 0 && [server.pid, generator.pid].every((pid) => !hasConnections(pid));
        });
        for (const { end } of [server, generator]) endConnections(end);
        // Not before the last goodbyes to the addresses of the trial.
        rebinds = 0;
        await change({ order: 'rebind', times: 0 });
      },
      get hasEnded() {
        return opened.hasEnded;
      },
      ended: () => opened.ended(),
      get congestionControl() {
        return seen ?? CONGESTION_CONTROL;
      },
      look() {
        seen ??= congestionControlOf([server.end, generator.end]);
      },
      close,
    };
  } catch (error) {
    await close();
    throw new Error(`no network: ${errorText(error)}`);
  }
}

/** Cable between the relay and one end. */
function cable(to: keyof RelayAddresses, pid: number): Step[] {
  const { own } = ADDRESSES[to];
  return [
    step('cable', `ip link add ${to} mtu ${CABLE_MTU} type veth peer name cable mtu ${CABLE_MTU} netns ${pid}`),
    step('address of the cable', `ip addr add ${own}/30 dev ${to}`),
    step('cable', `ip link set ${to} up`),
  ];
}

/** An end's interface: its frames travel in UDP datagrams to the relay. */
function device(of: keyof RelayAddresses): Step[] {
  const { own, remote } = ADDRESSES[of];
  const mac = of === 'server' ? SERVER_MAC : GENERATOR_MAC;
  return [
    step('address of the cable', `ip addr add ${remote}/30 dev cable`),
    step('cable', 'ip link set cable up'),
    step(
      'VXLAN device',
      `ip link add ${INTERFACE} address ${mac} type vxlan id 77 local ${remote} remote ${own} dstport 4789 nolearning noudpcsum`,
    ),
  ];
}

const serverSteps = (proc: string): Step[] => [
  neighbour(GENERATOR_ADDRESS, GENERATOR_MAC),
  step('addresses of the ways', `ip route add local ${SERVERS}.0.0/16 dev lo`),
  step(
    'route to the clients',
    `ip route add ${CLIENTS}.0.0/16 via ${GENERATOR_ADDRESS} dev ${INTERFACE} congctl ${CONGESTION_CONTROL}`,
  ),
  ...REBOUND_ADDRESSES.map((range) =>
    step(
      'route to the clients after a rebind',
      `ip route add ${range} via ${GENERATOR_ADDRESS} dev ${INTERFACE} congctl ${CONGESTION_CONTROL}`,
    ),
  ),
  pinnedRoute,
  noMetrics(proc),
];

const generatorSteps = (lines: number, proc: string): Step[] => [
  neighbour(SERVER_ADDRESS, SERVER_MAC),
  step('addresses of the clients', `ip route add local ${CLIENTS}.0.0/16 dev lo`),
  step('routes of the ways', `${routes(lines)} | ip -batch -`),
  pinnedRoute,
  noMetrics(proc),
];

/** Shell loop that writes a route for each line: a text of all of them could be too long for a command. */
const routes = (lines: number): string =>
  [
    `line=1; while [ $line -le ${lines} ]; do at=$((line / 256)).$((line % 256));`,
    `echo "route add ${SERVERS}.$at/32 via ${SERVER_ADDRESS} dev ${INTERFACE} src ${CLIENTS}.$at congctl ${CONGESTION_CONTROL}";`,
    'line=$((line + 1)); done',
  ].join(' ');

const pinnedRoute = step(
  'congestion control',
  `ip route replace 10.77.0.0/16 dev ${INTERFACE} congctl ${CONGESTION_CONTROL}`,
);

const noMetrics = (proc: string): Step => ({
  name: 'no memory of paths',
  command: `echo 1 > ${proc}/sys/net/ipv4/tcp_no_metrics_save`,
  without: 'the kernel carries the window and round trip of a connection over to the next one',
});

/** Counters of a VXLAN device with the Ethernet headers, which it does not count. */
export const withEthernet = ({ bytesUp, bytesDown, packetsUp, packetsDown }: LinkCounters): LinkCounters => ({
  bytesUp: bytesUp + ETHERNET_BYTES * packetsUp,
  bytesDown: bytesDown + ETHERNET_BYTES * packetsDown,
  packetsUp,
  packetsDown,
});
