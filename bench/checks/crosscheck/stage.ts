import { fileURLToPath } from 'node:url';
import { ECHO } from '../../codec/header.ts';
import type { Options } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { Messages } from '../../load/messages.ts';
import type { WorkerOrder } from '../../load/protocol.ts';
import type { Recording } from '../../load/recording.ts';
import { following, messageCount } from '../../load/timetable.ts';
import type { Placement } from '../../run/affinity.ts';
import { Child, type ChildSettings } from '../../run/child.ts';
import { GENERATOR_FLAGS, type Server, startServer, startWorker } from '../../run/processes.ts';
import { clientModule, optionsOf, serverModule, type TransportEntry } from '../../transports/index.ts';
import type {
  AutocannonAnswer,
  AutocannonOrder,
  BareAnswer,
  BareOrder,
  EndpointAnswer,
  EndpointOrder,
} from './orders.ts';

/** Where processes are put, as in a run, and what ends them all. */
export interface Surroundings {
  readonly placement: Placement | undefined;
  readonly signal: AbortSignal;
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Longest wait for a child that has only a moment's work. */
const PATIENCE_SECONDS = 30;
const LEAD_NS = 25e6;
/** How long to wait for what has not arrived. More than any freeze. */
const DRAIN_SECONDS = 10;
const SEED = 1;

/** The message, and request body, of generators that always send the same one. */
export function constantMessage(size: number): string {
  return String(new Messages({ seed: SEED, size, encoding: 'text', opcode: ECHO, senders: 1 }).build(0, 0));
}

/** A server to load, and where it takes messages. The signal also ends what is under way when the server dies. */
export interface Stage extends Surroundings {
  readonly server: Server;
  readonly url: string;
}

/** Starts a fresh server process as a run does, and ends it after use. */
export async function withServer<Result>(
  entry: TransportEntry,
  surroundings: Surroundings,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const core = surroundings.placement?.server;
  const server: Server = startServer(core);
  return await during(server, surroundings, async (around) => {
    const options = optionsOf({ entry, variant: null });
    const address = { host: '127.0.0.1', port: 0, options, limits: usualLimits(1 << 20) };
    const listen = { order: 'listen', module: serverModule(entry), ...address } as const;
    const patience = { seconds: PATIENCE_SECONDS, signal: around.signal };
    const { url } = await server.ask(listen, 'listening', patience);
    return await use({ ...around, server, url });
  });
}

/** The same, and has the transport's plain endpoint held open beside the server, on its core: the stage's URL is that. */
export async function withEndpoint<Result>(
  entry: TransportEntry,
  surroundings: Surroundings,
  use: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  return await withServer(entry, surroundings, async (stage) => {
    const name = 'the process that holds the endpoint';
    const holder = new Child<EndpointOrder, EndpointAnswer>(name, file('./endpoint.ts'), {
      core: stage.placement?.server,
    });
    return await during(holder, stage, async (around) => {
      const options = optionsOf({ entry, variant: null });
      const order = { order: 'open', module: clientModule(entry), url: stage.url, options } as const;
      const { url } = await holder.ask(order, 'open', { seconds: PATIENCE_SECONDS, signal: around.signal });
      return await use({ ...stage, ...around, url });
    });
  });
}

/** Our generator: one load worker with its sessions open. */
export interface Generator {
  /** So many messages a second on the timetable. */
  open(rate: number, seconds: number): Promise<Recording>;
  /** Each session sends again when its message has come back. */
  closed(seconds: number): Promise<Recording>;
}

/** Starts a load worker as a run does, with the client module to speak through, and ends it after use. */
export async function withGenerator<Result>(
  load: { readonly module: string; readonly options: Options; readonly clients: number; readonly size: number },
  { url, ...surroundings }: Stage,
  use: (generator: Generator) => Promise<Result>,
): Promise<Result> {
  const worker = startWorker(placeOf(surroundings));
  const { clients } = load;
  return await during(worker, surroundings, async ({ signal }) => {
    const originNs = process.hrtime.bigint();
    const patience = { seconds: PATIENCE_SECONDS + clients / 10, signal };
    const message = { encoding: 'text', seed: SEED, opcode: ECHO, reaches: 'sender' } as const;
    const share = { inFlight: 1, worker: 0, workers: 1, originNs: originNs.toString() };
    await worker.ask({ order: 'connect', url, ...load, ...message, ...share }, 'connected', patience);

    let first = 0;
    const record = async (order: WorkerOrder & { seconds: number }): Promise<Recording> => {
      const seconds = order.seconds + DRAIN_SECONDS + PATIENCE_SECONDS;
      return (await worker.ask(order, 'phase', { seconds, signal })).recording;
    };
    return await use({
      async open(rate, seconds) {
        const startNs = Number(process.hrtime.bigint() - originNs) + LEAD_NS;
        const phase = { first, rate, seconds, startNs, drainSeconds: DRAIN_SECONDS };
        first = following({ first, clients, count: messageCount(rate, seconds) });
        return await record({ order: 'phase', ...phase });
      },
      async closed(seconds) {
        const recording = await record({ order: 'closed', first, seconds, drainSeconds: DRAIN_SECONDS });
        // No session has sent more than all of them together.
        first += recording.sent * clients;
        return recording;
      },
    });
  });
}

type Load = Extract<AutocannonAnswer, { answer: 'load' }>;

/** Starts a process for autocannon; it may be asked for several loads, one after another. */
export async function withAutocannon<Result>(
  { clients, size }: { readonly clients: number; readonly size: number },
  { url, ...surroundings }: Stage,
  use: (run: (loop: AutocannonOrder['loop']) => Promise<Load>) => Promise<Result>,
): Promise<Result> {
  const child = new Child<AutocannonOrder, AutocannonAnswer>('autocannon', file('./autocannon.ts'), tool(surroundings));
  const request = { url, connections: clients, body: constantMessage(size) };
  return await during(child, surroundings, ({ signal }) =>
    use((loop) => {
      const lasts = loop.kind === 'closed' ? loop.seconds : loop.requests / loop.rate;
      const seconds = lasts + DRAIN_SECONDS + PATIENCE_SECONDS;
      return child.ask({ order: 'load', ...request, loop }, 'load', { seconds, signal });
    }),
  );
}

/** Lets a bare loop run once. */
export async function runBare(
  name: 'bare-ws' | 'bare-tcp',
  { size, ...load }: Omit<BareOrder, 'order' | 'url' | 'message'> & { readonly size: number },
  { url, ...surroundings }: Stage,
): Promise<Extract<BareAnswer, { answer: 'loop' }>> {
  const child = new Child<BareOrder, BareAnswer>('the bare loop', file(`./${name}.ts`), tool(surroundings));
  const seconds = load.warmupSeconds + load.seconds + PATIENCE_SECONDS + load.connections / 10;
  return await during(child, surroundings, ({ signal }) =>
    child.ask({ order: 'loop', url, ...load, message: constantMessage(size) }, 'loop', { seconds, signal }),
  );
}

/** Every generator, ours or not, is bound to the core that a run's first load worker has. */
const placeOf = ({ placement }: Surroundings): string | undefined => placement?.workers[0];

/** Other generators run as ours does, down to the runtime's flags. */
const tool = (surroundings: Surroundings): ChildSettings => ({ core: placeOf(surroundings), flags: GENERATOR_FLAGS });

/** Ends the process after use. When it dies meanwhile, the signal that the use is given says so. */
async function during<Result>(
  child: { ended(): Promise<never>; kill(): Promise<void> },
  { placement, signal }: Surroundings,
  use: (surroundings: Surroundings) => Promise<Result>,
): Promise<Result> {
  const died = new AbortController();
  child.ended().catch((reason: unknown) => died.abort(reason));
  try {
    return await use({ placement, signal: AbortSignal.any([signal, died.signal]) });
  } finally {
    await child.kill();
  }
}
