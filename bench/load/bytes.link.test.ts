import { afterAll, beforeAll, expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { usualLimits } from '../limits.ts';
import { LoadGenerator } from '../run/generator.ts';
import { type Link, PACKET_BYTES, privateLink } from '../run/link.ts';
import { startServer } from '../run/processes.ts';
import { makeIdentity } from '../security/identity.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { subjects } from '../testing/subjects.ts';
import { clientModule, optionsOf, serverModule } from '../transports/index.ts';

/** Further options of TCP in a SYN: the segment size, selective acknowledgements and the window's scale (RFC 9293 §3.2, RFC 7323 §2). */
const SYN_BYTES = 8;
/** Maximum of what TCP sends twice, and of its options about that: less than a packet's content. */
const MAX_REPEATED = 1_400;
const CLIENTS = 4;

let link: Link;
beforeAll(async () => {
  link = await privateLink();
});
afterAll(() => link.close());

/** Transports whose clients open TLS in different ways; at a relay the bytes of all are compared. */
const DIFFERENT = ['tcp', 'ws', 'sse', 'grpc'];
const subjectsOverTcp = (await subjects()).filter(({ name }) => DIFFERENT.includes(name));

/** Sockets of the load and of the interface in one direction: bytes of the network without the headers of its packets. */
interface Counted {
  readonly sockets: number;
  readonly link: number;
}

test.each(subjectsOverTcp)('$name: over TLS, the load counts what the interface does', async ({ entry, variant }) => {
  const { signal } = new AbortController();
  const identity = await makeIdentity([link.host]);
  await using server = startServer({ core: undefined, end: link.serverEnd });
  const options = optionsOf({ entry, variant });
  const at = { module: serverModule(entry), host: link.host, port: 0, options, limits: usualLimits(100_000), identity };
  const patience = { seconds: PATIENCE_SECONDS, signal };
  const { url } = await server.ask({ order: 'listen', ...at }, 'listening', patience);
  await using generator = new LoadGenerator({ workers: 1, clients: CLIENTS, end: link.generatorEnd, signal });

  const before = link.counters()!;
  const count = async (): Promise<{ up: Counted; down: Counted }> => {
    const now = link.counters()!;
    const [bytes] = await generator.bytes();
    const data = (way: 'Up' | 'Down'): number =>
      now[`bytes${way}`] - before[`bytes${way}`] - PACKET_BYTES * (now[`packets${way}`] - before[`packets${way}`]);
    return {
      up: { sockets: bytes!.bytesUp, link: data('Up') },
      down: { sockets: bytes!.bytesDown, link: data('Down') },
    };
  };
  const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
  const trust = { tls: true, authority: identity.certificate };
  await generator.open(
    { module: clientModule(entry), urls: [url], options, ...trust, ...message },
    { until: CLIENTS, inFlight: 1 },
  );
  const { delivered } = await generator.phase({
    first: 0,
    rate: 60,
    seconds: 0.2,
    startNs: await generator.prepare(),
    drainSeconds: PATIENCE_SECONDS,
  });
  expect(delivered).toBe(12);
  // One SYN and its answer a connection; requests have a second connection.
  const syns = SYN_BYTES * CLIENTS * (entry.capabilities.upstream === 'request' ? 2 : 1);
  await expect
    .poll(async () => {
      const { up, down } = await count();
      return [up, down].every(({ sockets, link }) => link >= sockets + syns && link <= sockets + syns + MAX_REPEATED);
    })
    .toBe(true);
  const { up, down } = await count();
  // Without TLS's handshakes and records there would be fewer by far.
  expect(Math.min(up.sockets, down.sockets)).toBeGreaterThan(2 * MAX_REPEATED);
});
