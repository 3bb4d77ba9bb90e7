import { randomUUID } from 'node:crypto';
import { BROADCAST } from '../../codec/header.ts';
import type { Encoding } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { LoadGenerator } from '../../run/generator.ts';
import { type Host, ourServer } from '../../run/host.ts';
import { loopback } from '../../run/link.ts';
import { PATIENCE_SECONDS, startServer } from '../../run/processes.ts';
import { severalNodes } from '../../run/scale/nodes.ts';
import { openRedis } from '../../run/scale/redis.ts';
import { capabilitiesOf, clientModule, optionsOf, serverModule, type TransportChoice } from '../../transports/index.ts';
import { PATIENCE_SECONDS as PATIENT_SECONDS } from '../patience.ts';

/** Servers of a test that are one service by a Redis of its own, on the loopback. */
export interface Service extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly host: Host;
}

/** Starts so many servers of a transport and the Redis that they share. */
export async function startService(
  choice: TransportChoice,
  nodes: number,
  encoding: Encoding = 'text',
): Promise<Service> {
  const { signal } = new AbortController();
  const link = loopback();
  const seconds = Math.max(PATIENCE_SECONDS, PATIENT_SECONDS);
  const host = severalNodes({
    hosts: Array.from({ length: nodes }, () =>
      ourServer(() => startServer({ core: undefined }), { seconds, signal }, seconds),
    ),
    openRedis: () => openRedis({ link, core: undefined, signal }),
    backplane: { channel: `test-${randomUUID()}`, encoding },
  });
  try {
    await host.open?.();
    const { urls } = await host.listen({
      order: 'listen',
      module: serverModule(choice.entry),
      host: link.host,
      port: 0,
      options: optionsOf(choice),
      limits: { ...usualLimits(1 << 16), messagesPerSecond: Number.MAX_SAFE_INTEGER },
    });
    return { urls, host, [Symbol.asyncDispose]: async () => void (await host.end(true)) };
  } catch (error) {
    await host.end(true);
    throw error;
  }
}

/** Opens so many sessions of a load generator, dealt over the servers, whose messages go to everyone. */
export async function openLoad(choice: TransportChoice, { urls }: Service, clients: number): Promise<LoadGenerator> {
  const { ordered, reliable } = capabilitiesOf(choice);
  const generator = new LoadGenerator({ workers: 1, clients, signal: new AbortController().signal });
  const message = { encoding: 'text', size: 128, seed: 1, opcode: BROADCAST, reaches: 'everyone' } as const;
  const place = { module: clientModule(choice.entry), urls, nodes: urls.length, options: optionsOf(choice) };
  const queues = ordered && reliable ? { queues: true as const } : {};
  try {
    await generator.open({ ...place, ...message, ...queues, pace: 'sleep' }, { until: clients, inFlight: 2 });
    return generator;
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}
