import { Direction, type DirectionCounts } from './direction.ts';
import { clientOf, VXLAN_BYTES } from './frame.ts';
import type { PathEffects } from './protocol.ts';

/** Line of one client, or of all. */
interface Line {
  readonly up: Direction;
  readonly down: Direction;
}

/** Odd number that spreads seeds which lie close together (2³² divided by the golden ratio). */
const SPREAD = 0x9e37_79b1;

/** Lines of all clients, each made with its client's first packet, and their counts. */
export class Lines {
  /** Counts of the lines before, and of what had no line. */
  readonly #ended = { up: noCounts(), down: noCounts() };
  #lines = new Map<number, Line>();
  /** Effects of single clients' lines, by the client's address. */
  readonly #single = new Map<number, PathEffects>();
  #effects: PathEffects | null;
  #seed: number;
  #cut = false;

  /** @param effects null to let every packet through at once */
  constructor(effects: PathEffects | null, seed: number) {
    this.#effects = effects;
    this.#seed = seed;
  }

  /** Replaces all lines, those of single clients too. A cut goes on. */
  change(effects: PathEffects | null, seed: number): void {
    Object.assign(this.#ended, this.counts());
    this.#lines = new Map();
    this.#single.clear();
    this.#effects = effects;
    this.#seed = seed;
  }

  /** Replaces the lines of single clients, by their addresses. Null gives them the lines that the others have. */
  changeSingle(clients: readonly number[], effects: PathEffects | null): void {
    for (const client of clients) {
      if (effects === null) this.#single.delete(client);
      else this.#single.set(client, effects);
      const line = this.#lines.get(client);
      if (line === undefined) continue;
      this.#lines.delete(client);
      this.#ended.up = sumOf([this.#ended.up, line.up.counts]);
      this.#ended.down = sumOf([this.#ended.down, line.down.counts]);
    }
  }

  /** While true, nothing passes on any line, nor where there is none. */
  set cut(cut: boolean) {
    this.#cut = cut;
    for (const { up, down } of this.#lines.values()) {
      up.cut = cut;
      down.cut = cut;
    }
  }

  /** Returns the time at which a VXLAN packet leaves that arrives now; undefined if it is dropped. */
  take(packet: Uint8Array, toServer: boolean, nowMs: number): number | undefined {
    const bytes = packet.length - VXLAN_BYTES;
    const line = this.#lineOf(packet, toServer);
    if (line !== undefined) return (toServer ? line.up : line.down).take(nowMs, bytes);
    if (this.#cut) {
      this.drop(packet, toServer);
      return undefined;
    }
    const counts = toServer ? this.#ended.up : this.#ended.down;
    counts.offered++;
    counts.offeredBytes += bytes;
    counts.passed++;
    counts.passedBytes += bytes;
    return nowMs;
  }

  /** Counts a packet that arrives and that no line can carry: its path is cut. */
  drop(packet: Uint8Array, toServer: boolean): void {
    const counts = toServer ? this.#ended.up : this.#ended.down;
    counts.offered++;
    counts.offeredBytes += packet.length - VXLAN_BYTES;
    counts.cut++;
  }

  /** Counts a packet as cut that a line had taken, and that has not left yet. */
  dropTaken(packet: Uint8Array, toServer: boolean): void {
    const counts = toServer ? this.#ended.up : this.#ended.down;
    counts.passed--;
    counts.passedBytes -= packet.length - VXLAN_BYTES;
    counts.cut++;
  }

  /** Sums over all lines that there have been. */
  counts(): { readonly up: DirectionCounts; readonly down: DirectionCounts } {
    const lines = [...this.#lines.values()];
    return {
      up: sumOf([this.#ended.up, ...lines.map(({ up }) => up.counts)]),
      down: sumOf([this.#ended.down, ...lines.map(({ down }) => down.counts)]),
    };
  }

  /** Line of the packet's client; undefined if there is no network. */
  #lineOf(packet: Uint8Array, toServer: boolean): Line | undefined {
    if (this.#effects === null && this.#single.size === 0) return undefined;
    const address = clientOf(packet, toServer);
    const single = this.#single.get(address);
    const effects = single ?? this.#effects;
    if (effects === null) return undefined;
    const client = single === undefined && effects.shared ? 0 : address;
    const known = this.#lines.get(client);
    if (known !== undefined) return known;
    // Seeds follow from the client's address, so that the order in which clients begin does not matter.
    const seed = Math.imul(this.#seed ^ client, SPREAD);
    const line = { up: new Direction(effects.up, seed), down: new Direction(effects.down, seed + 1) };
    line.up.cut = this.#cut;
    line.down.cut = this.#cut;
    this.#lines.set(client, line);
    return line;
  }
}

function noCounts(): DirectionCounts {
  return { offered: 0, offeredBytes: 0, lost: 0, overflowed: 0, cut: 0, passed: 0, passedBytes: 0 };
}

function sumOf(all: readonly DirectionCounts[]): DirectionCounts {
  const sum = noCounts();
  for (const one of all) {
    sum.offered += one.offered;
    sum.offeredBytes += one.offeredBytes;
    sum.lost += one.lost;
    sum.overflowed += one.overflowed;
    sum.cut += one.cut;
    sum.passed += one.passed;
    sum.passedBytes += one.passedBytes;
  }
  return sum;
}
