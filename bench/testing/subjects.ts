import { whyUnavailable } from '../run/scale/available.ts';
import { findTransport, needsBackplane, type TransportChoice, transportNames, whyNotOn } from '../transports/index.ts';

/** Transport or variant that tests run over. */
export interface Subject extends TransportChoice {
  readonly name: string;
  /** Reason why this machine cannot run it, and what would help; undefined if it can. */
  readonly unavailable: string | undefined;
}

/** Only transport to test; undefined for all. */
export const onlyTransport = process.env.WIREBENCH_ONLY || undefined;

/** Variants to test: `none`, for a quick answer, or all of them. */
const variants = process.env.WIREBENCH_VARIANTS;

/** True in `npm test`, which leaves what takes long to `npm run test:all`. */
export const isQuick = variants === 'none';

/** Accepted reasons why a machine cannot run a transport: the native binary does not support its system. */
const KNOWN_REASONS =
  /needs glibc [\d.]+ or later, and this machine has [\d.]+; .+ bring it|has no binary for|redis-server is not installed/;

/** Names of the transports and variants that the tests of this process run over. */
export function subjectNames(): readonly string[] {
  if (onlyTransport !== undefined && findTransport(onlyTransport)?.variant !== null) {
    throw new Error(`WIREBENCH_ONLY names no transport: ${onlyTransport}`);
  }
  return transportNames().filter((name) => {
    const [id, variant] = name.split(':');
    // The tests run in Node; servers that need another runtime have tests of their own.
    const runsHere = whyNotOn(findTransport(name)!, 'node') === undefined;
    return (onlyTransport ?? id) === id && (!isQuick || variant === undefined) && runsHere;
  });
}

/**
 * All subjects that need no program besides, including those that this machine cannot run. Throws if one cannot be run for an unknown
 * reason.
 */
export const subjects = (): Promise<readonly Subject[]> => subjectsWith((choice) => !needsBackplane(choice));

/** Subjects whose servers need a Redis. */
export const subjectsOverRedis = (): Promise<readonly Subject[]> => subjectsWith(needsBackplane);

async function subjectsWith(isWanted: (choice: TransportChoice) => boolean): Promise<readonly Subject[]> {
  const found: Subject[] = [];
  for (const name of subjectNames()) {
    const choice = findTransport(name)!;
    if (!isWanted(choice)) continue;
    const { entry, variant } = choice;
    const unavailable = await whyUnavailable(choice);
    if (unavailable !== undefined && !KNOWN_REASONS.test(unavailable)) throw new Error(`${name}: ${unavailable}`);
    found.push({ name, entry, variant, unavailable });
  }
  return found;
}
