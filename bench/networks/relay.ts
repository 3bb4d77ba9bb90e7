import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { build as buildHistogram } from 'hdr-histogram-js';
import { startAlarm } from '../alarm.ts';
import { serveIpc } from '../ipc.ts';
import { Departures } from './departures.ts';
import { clientOf, fillChecksum, VXLAN_BYTES } from './frame.ts';
import { FrameRecorder } from './frame-recorder.ts';
import { Lines } from './lines.ts';
import type { PathEffects, RelayAnswer, RelayCounts, RelayOrder } from './protocol.ts';
import { Radios } from './radios.ts';
import { Rebinding } from './rebinding.ts';

/** Port of VXLAN (RFC 7348 §5). */
const VXLAN_PORT = 4_789;
/** Receive buffer asked for; the system may grant less. */
const BUFFER_BYTES = 8 << 20;
/** Time by which a packet may leave too early, so that one wake-up serves several. */
const EARLY_MS = 0.02;
const MAX_LAG_US = 10_000_000;
const US_PER_MS = 1e3;
const US_PER_SECOND = 1e6;

/** A side of the relay: the socket towards it, and the address of its end. */
interface Side {
  readonly socket: Socket;
  readonly remote: string;
}

interface Underway {
  readonly packet: Buffer;
  readonly to: Side;
}

/**
 * Carries whole Ethernet frames between two VXLAN devices, each in one UDP datagram, and does to them what the network does. It fills
 * in checksums that the sender left to its interface, and changes nothing else but clients' addresses and ports after a rebind.
 */
class Relay {
  readonly #server: Side;
  readonly #clients: Side;
  readonly #waiting = new Departures<Underway>();
  readonly #alarm = startAlarm(() => this.#depart());
  readonly lines: Lines;
  readonly rebinding = new Rebinding();
  /** Radios of the clients, while they are watched. */
  radios: Radios | undefined;
  /** Recording of all frames, while there is one. */
  recorder: FrameRecorder | undefined;
  #lag = buildHistogram({ lowestDiscernibleValue: 1, highestTrackableValue: MAX_LAG_US });

  constructor(server: Side, clients: Side, effects: PathEffects | null, seed: number) {
    this.#server = server;
    this.#clients = clients;
    this.lines = new Lines(effects, seed);
    server.socket.on('message', (packet) => this.#carry(packet, false));
    clients.socket.on('message', (packet) => this.#carry(packet, true));
  }

  counts(): RelayCounts {
    const lag = this.#lag;
    const percentile = (percent: number): number => lag.getValueAtPercentile(percent) / US_PER_SECOND;
    const { user, system } = process.cpuUsage();
    const counts: RelayCounts = {
      ...this.lines.counts(),
      waiting: this.#waiting.length,
      lag:
        lag.totalCount === 0 ? null : { p50: percentile(50), p99: percentile(99), max: lag.maxValue / US_PER_SECOND },
      receiveErrors: receiveErrors(),
      receiveBufferBytes: this.#clients.socket.getRecvBufferSize(),
      cpuSeconds: (user + system) / US_PER_SECOND,
    };
    lag.reset();
    return counts;
  }

  /** Drops every packet from now on, those under way too, or lets them pass again. */
  cut(on: boolean): void {
    this.lines.cut = on;
    if (!on) return;
    for (;;) {
      const due = this.#waiting.takeDue(Number.POSITIVE_INFINITY);
      if (due === undefined) break;
      this.lines.dropTaken(due.item.packet, due.item.to === this.#server);
    }
  }

  #carry(packet: Buffer, toServer: boolean): void {
    const nowMs = performance.now();
    fillChecksum(packet);
    if (!toServer && !this.rebinding.enter(packet)) return this.lines.drop(packet, toServer);
    // A packet that is lost on its way has left the phone; one that is lost on the way to it does not wake it.
    if (toServer) this.#wake(packet, toServer, nowMs);
    // By the client's own address, so that its line follows it over its rebinds.
    const atMs = this.lines.take(packet, toServer, nowMs);
    this.recorder?.record(packet, nowMs, { toServer, dropped: atMs === undefined });
    if (atMs === undefined) return;
    if (toServer) this.rebinding.leave(packet);
    const to = toServer ? this.#server : this.#clients;
    if (atMs <= nowMs) return this.#send(packet, to, nowMs);
    this.#waiting.add(atMs, { packet, to });
    if (this.#waiting.nextMs === atMs) this.#alarm.set(atMs);
  }

  #send(packet: Buffer, to: Side, nowMs: number): void {
    if (to === this.#clients) this.#wake(packet, false, nowMs);
    send(packet, to);
  }

  #wake(packet: Buffer, toServer: boolean, nowMs: number): void {
    this.radios?.wake(clientOf(packet, toServer), packet.length - VXLAN_BYTES, nowMs);
  }

  #depart(): void {
    const nowMs = performance.now();
    for (;;) {
      const due = this.#waiting.takeDue(nowMs + EARLY_MS);
      if (due === undefined) break;
      this.#lag.recordValue(Math.min(MAX_LAG_US, Math.max(0, Math.round((nowMs - due.atMs) * US_PER_MS))));
      this.#send(due.item.packet, due.item.to, nowMs);
    }
    if (this.#waiting.length > 0) this.#alarm.set(this.#waiting.nextMs);
  }
}

const send = (packet: Buffer, { socket, remote }: Side): void => socket.send(packet, VXLAN_PORT, remote);

/** Datagrams that the system dropped in this namespace because a socket's buffer was full. */
function receiveErrors(): number {
  const [names, values] = readFileSync('/proc/self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp: '))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf('RcvbufErrors') ?? -1]);
}

async function bind(address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  socket.bind(VXLAN_PORT, address);
  await once(socket, 'listening');
  return socket;
}

let relay: Relay | undefined;

serveIpc(async (order: RelayOrder): Promise<RelayAnswer> => {
  if (order.order === 'open') {
    const { server, clients } = order.addresses;
    const [toServer, toClients] = await Promise.all([bind(server.own), bind(clients.own)]);
    relay = new Relay(
      { socket: toServer, remote: server.remote },
      { socket: toClients, remote: clients.remote },
      order.effects,
      order.seed,
    );
    return { answer: 'opened' };
  }
  if (relay === undefined) throw new Error(`ordered to ${order.order} before opening`);
  if (order.order === 'counts') return { answer: 'counts', counts: relay.counts() };
  if (order.order === 'recorded' || order.order === 'frames') {
    const { recorder } = relay;
    if (recorder === undefined) throw new Error('ordered to hand over frames that are not recorded');
    if (order.order === 'recorded') return { answer: 'recorded', frames: recorder.length };
    relay.recorder = undefined;
    return { answer: 'frames', ...recorder.recorded() };
  }
  if (order.order === 'radioCounts') {
    if (relay.radios === undefined) throw new Error('ordered to count radios that are not watched');
    return { answer: 'radioCounts', radio: relay.radios.counts(performance.now()) };
  }
  if (order.order === 'network') {
    // A watch belongs to one trial.
    relay.radios = undefined;
    relay.lines.change(order.effects, order.seed);
  } else if (order.order === 'radio') relay.radios = new Radios(order.tailSeconds * 1e3, performance.now());
  else if (order.order === 'lines') relay.lines.changeSingle(order.clients, order.effects);
  else if (order.order === 'cut') relay.cut(order.on);
  else if (order.order === 'record') relay.recorder = new FrameRecorder(order.maxBytes);
  else relay.rebinding.times = order.times;
  return { answer: 'changed' };
});
