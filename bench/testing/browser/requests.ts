import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { ECHO } from '../../codec/header.ts';
import { messageCount } from '../../load/schedule.ts';
import { browserWorkers } from '../../run/browser/workers.ts';
import { LoadGenerator } from '../../run/generator.ts';
import { nodeWorkers } from '../../run/load-workers.ts';
import { listenOnLoopback, startServer } from '../../run/processes.ts';
import { clientModule, findTransport, optionsOf, serverModule } from '../../transports/index.ts';
import { browserHere } from './trial.ts';

/** Request that carried a message. */
export interface CapturedRequest {
  /** First line, with its end. */
  readonly line: string;
  /** Fields by name in lower case, each with the bytes of its line: name, colon, value and end. */
  readonly fields: ReadonlyMap<string, number>;
  /** Bytes of the head, with the empty line at its end. */
  readonly headBytes: number;
}

/** Bytes that clients sent, and the requests in them. */
export interface Captured {
  readonly requests: readonly CapturedRequest[];
  readonly bytesUp: number;
}

const RATE = 20;
const SECONDS = 1;
/** Messages of one phase. */
export const MESSAGES = messageCount(RATE, SECONDS);

/** Sends messages of one session through a proxy that looks at each byte on its way to the server. */
export async function captured(name: string, where: 'node' | 'chromium'): Promise<Captured> {
  const { signal } = new AbortController();
  const choice = findTransport(name);
  if (choice === undefined) throw new Error(`there is no transport ${name}`);
  const options = optionsOf(choice);
  await using server = startServer({ core: undefined });
  const { url } = await listenOnLoopback(server, { module: serverModule(choice.entry), options }, signal);
  const said: Buffer[] = [];
  const proxy = createServer((client) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1');
    client.on('data', (data: Buffer) => said.push(data));
    client.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => client.destroy()).pipe(client);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const through = new URL(url);
  through.port = String((proxy.address() as AddressInfo).port);
  try {
    const start = where === 'node' ? nodeWorkers : browserWorkers(browserHere(), { choice });
    await using generator = new LoadGenerator({ workers: 1, clients: 1, signal }, start);
    await generator.reach(through.href);
    const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
    const client = { module: clientModule(choice.entry), urls: [through.href], options, ...message };
    await generator.open(client, { until: 1, inFlight: 1 });
    said.length = 0;
    const startNs = await generator.prepare();
    const { delivered } = await generator.phase({ first: 0, rate: RATE, seconds: SECONDS, startNs, drainSeconds: 30 });
    if (delivered !== MESSAGES) throw new Error(`${delivered} of ${MESSAGES} messages were delivered`);
    const bytes = Buffer.concat(said);
    return { requests: requestsIn(bytes.toString('latin1')), bytesUp: bytes.length };
  } finally {
    proxy.close();
  }
}

const HEAD = /(POST|GET) \S+ HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n/g;

const requestsIn = (text: string): CapturedRequest[] =>
  Array.from(text.matchAll(HEAD), ([head]) => {
    const [line = '', ...lines] = head.split('\r\n').filter((one) => one !== '');
    return {
      line: `${line}\r\n`,
      fields: new Map(lines.map((one) => [one.replace(/:.*/, '').toLowerCase(), one.length + 2])),
      headBytes: head.length,
    };
  });
