import { rangeOf, setRange } from './frame.ts';

/** First two bytes of 10.`second`.0.0. */
const range = (second: number): number => (10 << 8) | second;

/** Ranges that clients' own addresses are in, and the first of those that they have after rebinds. */
const RANGES = [
  { own: range(78), rebound: range(80) },
  // Address of the generator, which sessions without a way of their own have.
  { own: range(77), rebound: range(96) },
];

/** Maximum number of rebinds of a trial. */
export const MAX_REBINDS = 15;

/** Ranges of all addresses after rebinds, which the server's end needs routes to. */
export const REBOUND_ADDRESSES = ['10.80.0.0/12', '10.96.0.0/12'];

/**
 * Addresses that clients have on their way to the server, as behind a NAT: at first their own, and after each rebind others in another
 * range, as when it has forgotten them. Packets to an address of before find nobody.
 */
export class Rebinding {
  #times = 0;

  /** Number of rebinds so far; 0 lets clients have their own addresses. */
  set times(times: number) {
    if (times > MAX_REBINDS) throw new Error(`a trial can have at most ${MAX_REBINDS} rebinds, not ${times}`);
    this.#times = times;
  }

  /** Writes the client's present address into a packet to the server. */
  leave(packet: Uint8Array): void {
    if (this.#times === 0) return;
    const own = rangeOf(packet, true);
    const ranges = RANGES.find((one) => one.own === own);
    if (ranges !== undefined) setRange(packet, true, ranges.rebound + this.#times);
  }

  /** Writes the client's own address into a packet from the server. False if it is to an address that no client has at present. */
  enter(packet: Uint8Array): boolean {
    const to = rangeOf(packet, false);
    // Not of IPv4, so that no address was rewritten.
    if (to < 0) return true;
    if (this.#times === 0) return !RANGES.some(({ rebound }) => to >= rebound && to <= rebound + MAX_REBINDS);
    const ranges = RANGES.find(({ rebound }) => to === rebound + this.#times);
    if (ranges !== undefined) setRange(packet, false, ranges.own);
    return ranges !== undefined;
  }
}
