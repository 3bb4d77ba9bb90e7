import { fileURLToPath } from 'node:url';
import { ECHO } from '../../codec/header.ts';
import { Messages } from '../../load/messages.ts';
import type { Recording } from '../../load/recording.ts';
import { following, messageCount } from '../../load/schedule.ts';
import type { CpuPinning } from '../../run/affinity.ts';
import { Child, type ChildSettings } from '../../run/child.ts';
import { LoadGenerator, maxOpeningSeconds, type SessionSettings } from '../../run/generator.ts';
import { GENERATOR_FLAGS, listenOnLoopback, PATIENCE_SECONDS, type Server, startServer } from '../../run/processes.ts';
import type { Variables } from '../../run/variables.ts';
import { clientModule, optionsOf, serverModule, type TransportEntry } from '../../transports/index.ts';
import type {
  AutocannonAnswer,
  AutocannonOrder,
  BareAnswer,
  BareOrder,
  EndpointAnswer,
  EndpointOrder,
} from './protocol.ts';

/** CPU pinning and environment of the processes, as in a run, and the signal that ends them all. */
export interface ProcessContext {
  readonly pinning: CpuPinning | undefined;
  /** Environment of the processes. Default: what every measured process gets of ours. */
  readonly variables?: Pick<Variables, 'passed'>;
  readonly signal: AbortSignal;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Longest wait for messages that have not arrived: longer than any freeze. */
const DRAIN_SECONDS = 10;
const SEED = 1;

/** Message, or request body, of a generator that sends one message over and over. */
export function constantMessage(size: number): string {
  return String(new Messages({ seed: SEED, size, encoding: 'text', opcode: ECHO, senders: 1 }).build(0, 0));
}

/** Server to load, and its URL for messages. The signal also aborts when the server dies. */
export interface LoadedServer extends ProcessContext {
  readonly server: Server;
  readonly url: string;
}

/** Starts a server process as a run does, and ends it after use. */
export async function withServer<Result>(
  entry: TransportEntry,
  context: ProcessContext,
  use: (target: LoadedServer) => Promise<Result>,
): Promise<Result> {
  await using server = startServer({ core: context.pinning?.server, variables: context.variables?.passed });
  const signal = server.aliveWith(context.signal);
  const listen = { module: serverModule(entry), options: optionsOf({ entry, variant: null }) };
  const { url } = await listenOnLoopback(server, listen, signal);
  return await use({ ...context, signal, server, url });
}

/** Starts a server as `withServer` does and holds its transport's plain endpoint open, by a process on the server's core. `url` is the endpoint. */
export async function withEndpoint<Result>(
  entry: TransportEntry,
  context: ProcessContext,
  use: (target: LoadedServer) => Promise<Result>,
): Promise<Result> {
  return await withServer(entry, context, async (target) => {
    const name = 'the process that holds the plain endpoint open';
    const settings = { core: target.pinning?.server, variables: target.variables?.passed };
    await using holder = new Child<EndpointOrder, EndpointAnswer>(name, file('./endpoint.ts'), settings);
    const signal = holder.aliveWith(target.signal);
    const options = optionsOf({ entry, variant: null });
    const order = { order: 'open', module: clientModule(entry), url: target.url, options } as const;
    const { url } = await holder.ask(order, 'open', { seconds: PATIENCE_SECONDS, signal });
    return await use({ ...target, signal, url });
  });
}

/** Our generator, with one load worker whose sessions are open. */
export interface Generator {
  /** Sends `rate` messages a second on a schedule. */
  open(rate: number, seconds: number): Promise<Recording>;
  /** Lets each session send again when its message has come back. */
  closed(seconds: number): Promise<Recording>;
}

/** Starts a load worker as a run does, opens its sessions by the client module, and ends it after use. */
export async function withGenerator<Result>(
  { clients, size, ...client }: Pick<SessionSettings, 'module' | 'options' | 'size'> & { readonly clients: number },
  { url, pinning, variables, signal }: LoadedServer,
  use: (generator: Generator) => Promise<Result>,
): Promise<Result> {
  const processes = { cores: pinning?.workers, variables: variables?.passed, signal };
  await using generator = new LoadGenerator({ workers: 1, clients, ...processes });
  const message = { encoding: 'text', size, seed: SEED, opcode: ECHO, reaches: 'sender' } as const;
  await generator.open({ ...client, urls: [url], ...message }, { until: clients, inFlight: 1 });
  const drainSeconds = DRAIN_SECONDS;
  let first = 0;
  return await use({
    async open(rate, seconds) {
      const phase = { first, rate, seconds, startNs: await generator.prepare(), drainSeconds };
      first = following({ first, clients, count: messageCount(rate, seconds) });
      return generator.phase(phase);
    },
    async closed(seconds) {
      const recording = await generator.closed({ first, seconds, drainSeconds });
      // No session's sequence number exceeds the number of all messages sent.
      first += recording.sent * clients;
      return recording;
    },
  });
}

/** Starts a process for autocannon, which runs one load after another, and ends it after use. */
export async function withAutocannon<Result>(
  { clients, size }: { readonly clients: number; readonly size: number },
  { url, ...context }: LoadedServer,
  use: (run: (loop: AutocannonOrder['loop']) => Promise<AutocannonAnswer>) => Promise<Result>,
): Promise<Result> {
  const settings = tool(context);
  await using child = new Child<AutocannonOrder, AutocannonAnswer>('autocannon', file('./autocannon.ts'), settings);
  const signal = child.aliveWith(context.signal);
  const request = { url, connections: clients, body: constantMessage(size) };
  return await use((loop) => {
    const lasts = loop.kind === 'closed' ? loop.seconds : loop.requests / loop.rate;
    const seconds = lasts + DRAIN_SECONDS + PATIENCE_SECONDS;
    return child.ask({ order: 'load', ...request, loop }, 'load', { seconds, signal });
  });
}

/** Runs a bare loop once. */
export async function runBare(
  name: 'bare-ws' | 'bare-tcp',
  { size, ...load }: Omit<BareOrder, 'order' | 'url' | 'message'> & { readonly size: number },
  { url, signal, ...context }: LoadedServer,
): Promise<BareAnswer> {
  const settings = tool(context);
  await using child = new Child<BareOrder, BareAnswer>('the bare loop', file(`./${name}.ts`), settings);
  const seconds = load.warmupSeconds + load.seconds + PATIENCE_SECONDS + maxOpeningSeconds(load.connections);
  const order = { order: 'loop', url, ...load, message: constantMessage(size) } as const;
  return await child.ask(order, 'loop', { seconds, signal });
}

/** Process settings of other generators: the core of a run's first load worker, and its runtime flags. */
const tool = ({ pinning, variables }: Omit<ProcessContext, 'signal'>): ChildSettings => ({
  core: pinning?.workers[0],
  variables: variables?.passed,
  flags: GENERATOR_FLAGS,
});
