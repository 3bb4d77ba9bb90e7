import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveIpc } from '../../ipc.ts';
import type { Peer, ProberAnswer, ProberOrder, ReceivedTrain, Train } from './protocol.ts';

/** First bytes of datagrams: one that asks to be sent back, one that was, and one of a train. */
const PING = 1;
const PONG = 2;
const TRAIN = 3;
/** Kind and number. */
const HEADER_BYTES = 5;
const PING_BYTES = 64;
const BUFFER_BYTES = 4 << 20;
const MS_PER_SECOND = 1e3;

/** Sends and receives numbered datagrams at one end of a link, to find out what the path between them does. */
class Prober {
  readonly socket: Socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
  readonly #pongs = new Map<number, () => void>();
  /** Numbers of the packets that have arrived. */
  #arrived = new Set<number>();
  #packets = 0;
  #outOfOrder = 0;
  #last = -1;
  #firstMs = 0;
  #lastMs = 0;

  constructor() {
    this.socket.on('message', (datagram, from) => this.#take(datagram, from));
    // An answer that nobody waits for any more may come back as an error.
    this.socket.on('error', () => {});
  }

  #take(datagram: Buffer, { address, port }: RemoteInfo): void {
    const kind = datagram[0];
    const number = datagram.readUInt32BE(1);
    if (kind === PING) {
      datagram[0] = PONG;
      this.socket.send(datagram, port, address);
    } else if (kind === PONG) this.#pongs.get(number)?.();
    else if (kind === TRAIN) this.#count(number);
  }

  #count(number: number): void {
    const nowMs = performance.now();
    if (this.#packets++ === 0) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
    this.#arrived.add(number);
    if (number < this.#last) this.#outOfOrder++;
    else this.#last = number;
  }

  async ping(to: Peer, number: number, timeoutMs: number): Promise<number | undefined> {
    const back = Promise.withResolvers<number>();
    const beganMs = performance.now();
    this.#pongs.set(number, () => back.resolve((performance.now() - beganMs) / MS_PER_SECOND));
    this.socket.send(datagramOf(PING, number, PING_BYTES), to.port, to.host);
    const abort = new AbortController();
    const late = sleep(timeoutMs, undefined, { signal: abort.signal }).catch(() => undefined);
    const seconds = await Promise.race([back.promise, late]);
    abort.abort();
    this.#pongs.delete(number);
    return seconds;
  }

  /** Sends a train on an absolute schedule. What the event loop has missed is sent at once. */
  async send({ to, packets, bytes, perSecond }: Train): Promise<void> {
    const beganMs = performance.now();
    for (let number = 0; number < packets; ) {
      const due = Math.min(packets, Math.floor(((performance.now() - beganMs) / MS_PER_SECOND) * perSecond) + 1);
      for (; number < due; number++) this.socket.send(datagramOf(TRAIN, number, bytes), to.port, to.host);
      await sleep(1);
    }
  }

  received(of: number | undefined): ReceivedTrain {
    const arrived = this.#arrived;
    return {
      ...(of === undefined ? {} : { missing: numbersBelow(of).filter((number) => !arrived.has(number)) }),
      packets: this.#packets,
      outOfOrder: this.#outOfOrder,
      seconds: (this.#lastMs - this.#firstMs) / MS_PER_SECOND,
    };
  }

  forget(): void {
    this.#arrived = new Set();
    this.#packets = 0;
    this.#outOfOrder = 0;
    this.#last = -1;
  }
}

const numbersBelow = (end: number): number[] => Array.from({ length: end }, (_, number) => number);

function datagramOf(kind: number, number: number, bytes: number): Buffer {
  const datagram = Buffer.alloc(Math.max(bytes, HEADER_BYTES));
  datagram[0] = kind;
  datagram.writeUInt32BE(number, 1);
  return datagram;
}

const prober = new Prober();

async function pingAll({
  to,
  count,
  intervalMs,
  timeoutMs,
}: Extract<ProberOrder, { order: 'ping' }>): Promise<number[]> {
  const pings: Promise<number | undefined>[] = [];
  for (let number = 0; number < count; number++) {
    pings.push(prober.ping(to, number, timeoutMs));
    await sleep(intervalMs);
  }
  return (await Promise.all(pings)).filter((seconds) => seconds !== undefined);
}

serveIpc(async (order: ProberOrder): Promise<ProberAnswer> => {
  if (order.order === 'bind') {
    prober.socket.bind(0);
    await once(prober.socket, 'listening');
    return { answer: 'bound', port: prober.socket.address().port };
  }
  if (order.order === 'ping') return { answer: 'pinged', seconds: await pingAll(order) };
  if (order.order === 'received') return { answer: 'received', train: prober.received(order.of) };
  if (order.order === 'send') {
    await prober.send(order.train);
    return { answer: 'sent' };
  }
  prober.forget();
  return { answer: 'forgot' };
});
