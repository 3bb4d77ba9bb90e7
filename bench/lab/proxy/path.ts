import type { PathEffects } from '../../networks/protocol.ts';

/** Cut of the path: `silent` lets nothing pass and tells nobody; `reset` also resets what is connected and refuses what connects. */
export type CutKind = 'silent' | 'reset';

/** Listener that learns of cuts; the proxies of a path are such. */
export interface CutListener {
  cut(kind: CutKind): void;
  back(): void;
}

/** State of the path between the browser and all servers: its network, and whether it is cut. */
export class Path {
  effects: PathEffects | null = null;
  /** Cut that is in force; null if there is none. */
  #cut: CutKind | null = null;
  #seed = 0;
  readonly #listeners = new Set<CutListener>();

  get isCut(): CutKind | null {
    return this.#cut;
  }

  /** Seed of the next connection's draws. */
  nextSeed(): number {
    return ++this.#seed;
  }

  join(listener: CutListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  cut(kind: CutKind): void {
    this.#cut = kind;
    for (const listener of this.#listeners) listener.cut(kind);
  }

  back(): void {
    this.#cut = null;
    for (const listener of this.#listeners) listener.back();
  }
}
