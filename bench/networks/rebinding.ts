import { moveClient, rangeOf } from './frame.ts';

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

/**
 * Bits of clients' ports that are turned after a number of rebinds: others after each. The upper half of the ports, in which systems
 * choose those of new connections, stays among itself.
 */
export const turnAfter = (times: number): number => times * 0x0421;

/** Ranges of all addresses after rebinds, which the server's end needs routes to. */
export const REBOUND_ADDRESSES = ['10.80.0.0/12', '10.96.0.0/12'];

/**
 * Addresses and ports that clients have on their way to the server, as behind a NAT: at first their own, and after each rebind others,
 * as when it has forgotten them. Packets to an address of before find nobody. A connection that begins after a rebind has one address
 * and one port until the next.
 */
export class Rebinding {
  #times = 0;

  /** Number of rebinds so far; 0 lets clients have their own addresses and ports. */
  set times(times: number) {
    if (times > MAX_REBINDS) throw new Error(`a trial can have at most ${MAX_REBINDS} rebinds, not ${times}`);
    this.#times = times;
  }

  /** Writes the client's present address and port into a packet to the server. */
  leave(packet: Uint8Array): void {
    if (this.#times === 0) return;
    const own = rangeOf(packet, true);
    const ranges = RANGES.find((one) => one.own === own);
    if (ranges !== undefined) this.#move(packet, true, ranges.rebound + this.#times);
  }

  /** Writes the client's own address and port into a packet from the server. False if it is to an address that no client has at present. */
  enter(packet: Uint8Array): boolean {
    const to = rangeOf(packet, false);
    // Not of IPv4, so that no address was rewritten.
    if (to < 0) return true;
    if (this.#times === 0) return !RANGES.some(({ rebound }) => to >= rebound && to <= rebound + MAX_REBINDS);
    const ranges = RANGES.find(({ rebound }) => to === rebound + this.#times);
    if (ranges !== undefined) this.#move(packet, false, ranges.own);
    return ranges !== undefined;
  }

  #move(packet: Uint8Array, toServer: boolean, range: number): void {
    moveClient(packet, toServer, { range, turn: turnAfter(this.#times) });
  }
}
