import { readNetwork } from '../../networks/network.ts';
import type { RoundTrips } from '../../results/schema.ts';
import { type RelayedLink, relayedLink } from '../../run/network/relayed-link.ts';
import { runTrial } from '../../run/trial.ts';
import { secure } from '../../security/security.ts';
import { planTrial, singleTrial } from '../single-trial.ts';

/** Network without jitter, loss or limit of its rate, on which a round trip is far longer than what the processes need. */
export const FAR = 'rtt=200ms';
/** Sessions of a trial: enough for a median, and to warm up the code in a few rounds. */
const SESSIONS = 25;
/** Largest difference between measured and formula, in round trips. */
export const TOLERANCE = 0.3;
/** Attempts at a median that the formula explains: other work on the machine adds to every session. */
const ATTEMPTS = 3;

/** Handshake of a transport or variant that is measured. */
export interface OpenedCase {
  readonly name: string;
  readonly tls: boolean;
  readonly auth: 'ES256' | null;
}

/** Link whose round trip is that of `FAR`, with a line for each session. */
export function farLink(): Promise<RelayedLink> {
  const read = readNetwork(FAR);
  if ('problems' in read) throw new Error(read.problems.join('; '));
  const { signal } = new AbortController();
  return relayedLink({ network: read.network, seed: 1, lines: SESSIONS, core: undefined, signal });
}

/** Number of round trips by the formula. */
export const inTheory = ({ theory }: RoundTrips): number => theory.reduce((sum, { roundTrips }) => sum + roundTrips, 0);

/** Measures the round trips of a handshake in one trial. */
export async function countRoundTrips({ name, tls, auth }: OpenedCase, link: RelayedLink): Promise<RoundTrips> {
  const hosts = link.ways.flatMap(({ host }) => host ?? []);
  const security = await secure({ tls, auth }, [...hosts, link.host]);
  const planned = planTrial(name, 'connect', { clients: SESSIONS, tls, auth, dimensions: { network: FAR } });
  const { trial } = await runTrial(planned, singleTrial({ link, ways: link.ways, security }));
  if (trial.state === 'failed') throw new Error(`${name}: ${trial.reasons.join('; ')}`);
  if (trial.opening?.roundTrips === undefined) throw new Error(`${name}: no round trips were measured`);
  return trial.opening.roundTrips;
}

/** Settings of `countAll`. */
export interface CountSettings {
  /** Number of trials at once; those that are repeated run fewer at once. */
  readonly atOnce: number;
  /** Difference between measured and formula, in round trips. A trial that is above the tolerance is repeated. */
  excess(found: RoundTrips): number;
}

/** Difference between measured and formula. */
export const strictly = (found: RoundTrips): number => found.measured - inTheory(found);

/**
 * Difference between measured and formula, with a TCP connection's own time as the unit: the kernel answers it at once, so what it takes beyond
 * a round trip is the lateness of a relay on a busy machine.
 */
export const relatively = (found: RoundTrips): number => {
  const [first] = found.parts;
  const unit = first?.step === 'TCP' ? first.roundTrips : 1;
  return found.measured / unit - inTheory(found);
};

/** Measures the round trips of each case, several at once, in their order. Those that other work delayed are measured again. */
export async function countAll(
  cases: readonly OpenedCase[],
  link: RelayedLink,
  { atOnce, excess }: CountSettings,
): Promise<ReadonlyMap<OpenedCase, RoundTrips>> {
  const counted = new Map<OpenedCase, RoundTrips>();
  let waiting = [...cases];
  for (let attempt = 0; attempt < ATTEMPTS && waiting.length > 0; attempt++) {
    const queue = waiting;
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        counted.set(next, await countRoundTrips(next, link));
    };
    await Promise.all(Array.from({ length: Math.ceil(atOnce / (attempt + 1)) }, work));
    waiting = [...counted].filter(([, found]) => excess(found) > TOLERANCE).map(([one]) => one);
  }
  return counted;
}
