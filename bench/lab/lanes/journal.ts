import { ConnectionReader, type PassedFrame } from '../frames/connection-reader.ts';
import type { ShownFrame, Traffic } from '../protocol.ts';
import type { Watch, Way } from '../proxy/watch.ts';

/** Frames that are kept for the page between two of its events; further ones are counted only. */
const MAX_FRAMES = 120;

/** Bytes and frames of all lanes of a run, for the page. */
export class Journal {
  readonly #traffic = new Map<string, Record<Way, number>>();
  readonly #beganMs: number;
  readonly #now: () => number;
  #frames: ShownFrame[] = [];
  #number = 0;

  /** @param now clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#beganMs = now();
  }

  /** Makes the observer of a lane. */
  watch(transport: string): Watch {
    const traffic: Record<Way, number> = { up: 0, down: 0 };
    this.#traffic.set(transport, traffic);
    return {
      connection: (kind) => {
        const reader = new ConnectionReader(kind);
        return {
          passed: (way, bytes) => {
            traffic[way] += bytes.length;
            for (const frame of reader.read(way, bytes)) this.#add(transport, frame);
          },
        };
      },
    };
  }

  /** Bytes of each lane since the beginning. */
  traffic(): Readonly<Record<string, Traffic>> {
    return Object.fromEntries([...this.#traffic].map(([name, { up, down }]) => [name, { up, down }]));
  }

  /** Takes the frames since the last call, the newest if there were too many. */
  takeFrames(): readonly ShownFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  #add(transport: string, { way, kind, bytes, content }: PassedFrame): void {
    this.#number++;
    this.#frames.push({
      number: this.#number,
      transport,
      way,
      kind,
      bytes,
      seconds: (this.#now() - this.#beganMs) / 1e3,
      content: Buffer.from(content).toString('base64'),
    });
    if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
  }
}
