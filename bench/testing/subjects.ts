import { findTransport, type TransportChoice, transportNames, whyUnavailable } from '../transports/index.ts';

/** A transport in one of its variants, as tests run over it. */
export interface Subject extends TransportChoice {
  readonly name: string;
  /** Why this machine cannot run it, and what would help; undefined if it can. */
  readonly unavailable: string | undefined;
}

/** The one transport whose tests are asked for; undefined for all of them. */
export const onlyTransport = process.env.WIREBENCH_ONLY || undefined;

/** `none` leaves variants out, where a quick answer is wanted; otherwise every variant is tested. */
const variants = process.env.WIREBENCH_VARIANTS;

/** Reasons for which a machine may lack a transport: its system is older, or another, than the native part was made for. */
const KNOWN_REASONS = /needs glibc [\d.]+ or later, and this machine has [\d.]+; .+ bring it|has no binary for/;

/** Names of the transports and variants that the tests of this process run over. */
export function subjectNames(): readonly string[] {
  if (onlyTransport !== undefined && findTransport(onlyTransport)?.variant !== null) {
    throw new Error(`WIREBENCH_ONLY names no transport: ${onlyTransport}`);
  }
  return transportNames().filter((name) => {
    const [id, variant] = name.split(':');
    return (onlyTransport ?? id) === id && (variants !== 'none' || variant === undefined);
  });
}

/** All subjects, those included that this machine cannot run. Throws if one of them is missing for no known reason. */
export async function subjects(): Promise<readonly Subject[]> {
  const found: Subject[] = [];
  for (const name of subjectNames()) {
    const { entry, variant } = findTransport(name)!;
    const unavailable = await whyUnavailable(entry);
    if (unavailable !== undefined && !KNOWN_REASONS.test(unavailable)) throw new Error(`${name}: ${unavailable}`);
    found.push({ name, entry, variant, unavailable });
  }
  return found;
}
