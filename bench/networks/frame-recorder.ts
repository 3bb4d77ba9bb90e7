import { payloadBytesOf, VXLAN_BYTES } from './frame.ts';
import type { Recorded, RecordedFrame } from './protocol.ts';

const NS_PER_MS = 1e6;
const ORIGIN_NS = BigInt(Math.round(performance.timeOrigin * NS_PER_MS));

/** Keeps frames in memory until it is full: those that came first. */
export class FrameRecorder {
  readonly #maxBytes: number;
  readonly #frames: RecordedFrame[] = [];
  #bytes = 0;
  #leftOut = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Number of frames so far, with those that had no room. */
  get length(): number {
    return this.#frames.length + this.#leftOut;
  }

  /** Records the frame of a VXLAN packet. @param nowMs reading of `performance.now` */
  record(packet: Buffer, nowMs: number, { toServer, dropped }: Pick<RecordedFrame, 'toServer' | 'dropped'>): void {
    const bytes = packet.length - VXLAN_BYTES;
    // Once one had no room, no later one is kept: a capture with holes would mislead.
    if (this.#leftOut > 0 || this.#bytes + bytes > this.#maxBytes) {
      this.#leftOut++;
      return;
    }
    this.#bytes += bytes;
    this.#frames.push({
      atNs: String(ORIGIN_NS + BigInt(Math.round(nowMs * NS_PER_MS))),
      toServer,
      dropped,
      payloadBytes: payloadBytesOf(packet),
      bytes: packet.toString('base64', VXLAN_BYTES),
    });
  }

  recorded(): Recorded {
    return { frames: this.#frames, leftOut: this.#leftOut };
  }
}
