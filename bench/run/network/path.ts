import type { Network } from '../../networks/network.ts';
import { type RelayedLink, type RelaySettings, relayedLink } from './relayed-link.ts';

/** Links through a relay that exist during a run: one, which is made again if its relay has ended. */
export class NetworkPath implements AsyncDisposable {
  readonly #settings: Omit<RelaySettings, 'network' | 'seed'>;
  #link: RelayedLink;

  /** Makes the link. Throws, with a remedy, if this machine cannot. */
  static async open(settings: Omit<RelaySettings, 'network' | 'seed'>): Promise<NetworkPath> {
    return new NetworkPath(settings, await relayedLink({ ...settings, network: null, seed: 0 }));
  }

  private constructor(settings: Omit<RelaySettings, 'network' | 'seed'>, link: RelayedLink) {
    this.#settings = settings;
    this.#link = link;
  }

  get link(): RelayedLink {
    return this.#link;
  }

  /** Makes a further path with the same settings. */
  another(): Promise<NetworkPath> {
    return NetworkPath.open(this.#settings);
  }

  /** Makes a network of the link; with null, packets pass at once. */
  async begin(network: Network | null, seed: number): Promise<RelayedLink> {
    if (this.#link.hasEnded) {
      await this.#link.close();
      this.#link = await relayedLink({ ...this.#settings, network: null, seed });
    }
    await this.#link.change(network, seed);
    return this.#link;
  }

  /** Lifts what was done to the path, lets all packets through at once, and waits until none of those of the trial is under way. */
  async end(): Promise<void> {
    if (this.#link.hasEnded || this.#settings.signal.aborted) return;
    await this.#link.settle().catch((error: unknown) => {
      // Otherwise the link is made again for the next trial, or closed.
      if (!this.#link.hasEnded && !this.#settings.signal.aborted) throw error;
    });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Seed of what happens to a trial's packets. The relay combines it with a client's address by XOR, so neighbouring trials get seeds
 * that differ in all bits: else their clients would lose the same packets in turn.
 */
export function seedOfTrial({ seed, order }: { readonly seed: number; readonly order: number }): number {
  // Finalizer of MurmurHash3.
  let mixed = Math.imul(seed + 1, 0x9e37_79b1) + order;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
