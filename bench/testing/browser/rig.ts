import { ECHO } from '../../codec/header.ts';
import type { Options } from '../../contract.ts';
import { usualLimits } from '../../limits.ts';
import { following, messageCount } from '../../load/schedule.ts';
import { readNetwork } from '../../networks/network.ts';
import { type Browser, browserWorkers, pagesFor } from '../../run/browser/workers.ts';
import { LoadGenerator, WARM_UP_ROUNDS } from '../../run/generator.ts';
import { type Link, privateLink } from '../../run/link.ts';
import { relayedLink } from '../../run/network/relayed-link.ts';
import { PATIENCE_SECONDS, type Server, startServer } from '../../run/processes.ts';
import { clientModule, findTransport, optionsOf, serverModule } from '../../transports/index.ts';
import type { RigRecording } from '../rig.ts';
import { browserHere } from './trial.ts';

/** Real server at one end of a link, which a test may disturb, and a browser that is the load at the other. */
export interface BrowserRig {
  readonly server: Server;
  /**
   * Sends `rate` messages a second for `seconds`, all sessions together, and resolves with the recording.
   *
   * @param knownLost number of messages that are known to get lost and are not waited for
   */
  run(rate: number, seconds: number, knownLost?: number): Promise<RigRecording>;
}

export interface BrowserRigSettings {
  readonly transport: string;
  readonly clients: number;
  /** Network as `--network` takes it. Absent: the bare private link. */
  readonly network?: string;
  /** Browser, whose script of the page may be another than the usual one. Absent: that of this machine. */
  readonly browser?: Browser;
  /** Options of the client besides the transport's. */
  readonly options?: Options;
}

const WARM_UP = { rate: 500, seconds: 1 };
/** Messages before the first phase. */
export const WARM_UP_MESSAGES = WARM_UP_ROUNDS * messageCount(WARM_UP.rate, WARM_UP.seconds);
/** Longest wait, after the last due time, for messages that have not arrived. */
const DRAIN_SECONDS = 30;

/** Starts the link, the server and the browser, opens the sessions, warms up, calls `use`, and ends everything. */
export async function withBrowserRig(
  { transport, clients, network, browser = browserHere(), options = {} }: BrowserRigSettings,
  use: (rig: BrowserRig) => Promise<void>,
): Promise<void> {
  const { signal } = new AbortController();
  const choice = findTransport(transport);
  if (choice === undefined) throw new Error(`there is no transport ${transport}`);
  const link = await linkOver(network, signal);
  try {
    await using server = startServer({ core: undefined, end: link.serverEnd });
    const settings = { workers: pagesFor(choice, clients), clients, end: link.generatorEnd, signal };
    await using generator = new LoadGenerator(settings, browserWorkers(browser, { choice }));
    const module = serverModule(choice.entry);
    const listen = { order: 'listen', module, host: link.host, port: 0, options: optionsOf(choice) } as const;
    const patience = { seconds: PATIENCE_SECONDS, signal };
    const { url } = await server.ask({ ...listen, limits: usualLimits(1 << 20) }, 'listening', patience);
    await generator.reach(url);
    const message = { encoding: 'text', size: 64, seed: 1, opcode: ECHO, reaches: 'sender' } as const;
    const client = {
      module: clientModule(choice.entry),
      urls: [url],
      options: { ...optionsOf(choice), ...options },
      ...message,
    };
    await generator.open(client, { until: clients, inFlight: 1 });
    let first = 0;
    const run: BrowserRig['run'] = async (rate, seconds, knownLost = 0) => {
      const startNs = await generator.prepare();
      const phase = { first, rate, seconds, startNs, drainSeconds: DRAIN_SECONDS, knownLost };
      first = following({ first, clients, count: messageCount(rate, seconds) });
      return { ...(await generator.phase(phase)), startedNs: generator.originNs + BigInt(startNs) };
    };
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await run(WARM_UP.rate, WARM_UP.seconds);
    await use({ server, run });
  } finally {
    await link.close();
  }
}

function linkOver(network: string | undefined, signal: AbortSignal): Promise<Link> {
  if (network === undefined) return privateLink();
  const read = readNetwork(network);
  if ('problems' in read) throw new Error(read.problems.join());
  return relayedLink({ network: read.network, seed: 1, lines: 1, core: undefined, signal });
}
