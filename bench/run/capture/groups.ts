import type { RecordedFrame } from '../../networks/protocol.ts';

/** Part of an exchange: the frames from the recording's frame `from` on. */
export interface Phase {
  /** Name: `handshake`, `message 1`, `goodbye`. */
  readonly name: string;
  readonly from: number;
  /** True if a message goes up in it and comes down again. */
  readonly isMessage: boolean;
}

/** Frames of a part of the exchange that have the same purpose. */
export interface PacketGroup {
  /** Name, which is the packets' comment too: `message 1, up`. */
  readonly name: string;
  /** Numbers of its packets in the capture, from 1. */
  readonly packets: readonly number[];
  /** Bytes of its Ethernet frames. */
  readonly bytes: number;
}

const DROPPED = ' (dropped by the network)';

/** Names the purpose of each frame. `phases` are in order, and the first begins with the first frame. */
export function nameFrames(frames: readonly RecordedFrame[], phases: readonly Phase[]): string[] {
  return frames.map((frame, index) => {
    const phase = phases.findLast(({ from }) => from <= index);
    if (phase === undefined) throw new Error(`frame ${index} belongs to no phase`);
    return `${phase.name}${phase.isMessage ? purposeOf(frame) : ''}`;
  });
}

const purposeOf = ({ toServer, payloadBytes }: RecordedFrame): string => {
  if (payloadBytes === 0) return ', acknowledgement';
  return toServer ? ', up' : ', down';
};

/** Comment of a frame: its name, and what became of it. */
export const commentOf = (name: string, { dropped }: Pick<RecordedFrame, 'dropped'>): string =>
  dropped ? `${name}${DROPPED}` : name;

/** Groups frames by name, in the order of each group's first. */
export function groupFrames(frames: readonly RecordedFrame[], names: readonly string[]): PacketGroup[] {
  const numbered = frames.map((frame, index) => ({ name: names[index] ?? '', number: index + 1, frame }));
  return [...Map.groupBy(numbered, ({ name }) => name)].map(([name, members]) => ({
    name,
    packets: members.map(({ number }) => number),
    bytes: members.reduce((sum, { frame }) => sum + Buffer.byteLength(frame.bytes, 'base64'), 0),
  }));
}

/** Writes numbers that ascend as ranges: `1–9, 12`. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range !== undefined && number === range[1] + 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(', ');
}
