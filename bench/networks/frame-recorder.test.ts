import { expect, test } from 'vitest';
import { VXLAN_BYTES } from './frame.ts';
import { FrameRecorder } from './frame-recorder.ts';

const packetOf = (bytes: number, fill = 0): Buffer =>
  Buffer.concat([Buffer.alloc(VXLAN_BYTES, 0xff), Buffer.alloc(bytes, fill)]);

test('a frame is kept without its VXLAN header, as it was when it came', () => {
  const recorder = new FrameRecorder(1_000);
  const packet = packetOf(60, 1);
  recorder.record(packet, 1.5, { toServer: true, dropped: true });
  packet.fill(2);
  const { frames, leftOut } = recorder.recorded();
  expect(leftOut).toBe(0);
  expect(frames).toHaveLength(1);
  expect(frames[0]).toMatchObject({ toServer: true, dropped: true, bytes: Buffer.alloc(60, 1).toString('base64') });
});

test('times are nanoseconds since the Unix epoch', () => {
  const recorder = new FrameRecorder(1_000);
  for (const nowMs of [10, 10.25]) recorder.record(packetOf(60), nowMs, { toServer: false, dropped: false });
  const [first, second] = recorder.recorded().frames.map(({ atNs }) => BigInt(atNs));
  expect(second! - first!).toBe(250_000n);
  expect(Number(first! / 1_000_000n)).toBeCloseTo(performance.timeOrigin + 10, -1);
});

test('once a frame has no room, no later one is kept, and all count', () => {
  const recorder = new FrameRecorder(150);
  for (const bytes of [100, 60, 10]) recorder.record(packetOf(bytes), 0, { toServer: true, dropped: false });
  expect(recorder.length).toBe(3);
  const { frames, leftOut } = recorder.recorded();
  expect(frames).toHaveLength(1);
  expect(leftOut).toBe(2);
});
