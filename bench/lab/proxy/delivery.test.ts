import { describe, expect, test } from 'vitest';
import { effectsOf, networkOf } from '../../networks/network.ts';
import { Delivery, onStream } from './delivery.ts';

const effectOf = (text: string) => onStream(effectsOf(networkOf(text)).up);

describe('one direction of a proxied connection', () => {
  test('passes everything on at once without a network', () => {
    const delivery = new Delivery<string>(null, 1);
    delivery.take(5, 100, 'a');
    expect(delivery.nextMs).toBe(5);
    expect(delivery.due(5)).toEqual(['a']);
    expect(delivery.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  test('delays by half a round trip, and keeps the order under jitter', () => {
    const delivery = new Delivery<number>(effectOf('rtt=80ms+jitter=20ms'), 7);
    for (let at = 0; at < 50; at++) delivery.take(at, 100, at);
    expect(delivery.due(19)).toEqual([]);
    expect(delivery.due(49 + 60)).toEqual(Array.from({ length: 50 }, (_, at) => at));
  });

  test('sends no more bytes than the line carries, and drops none of a stream', () => {
    const delivery = new Delivery<number>(effectOf('up=80kbit+queue=10ms+loss=20%'), 1);
    // 80 kbit/s are ten bytes a millisecond, so each of these takes 100 ms.
    for (let at = 0; at < 20; at++) expect(delivery.take(0, 1_000, at)).toBe(true);
    expect(delivery.due(99)).toEqual([]);
    expect(delivery.due(1_000)).toHaveLength(10);
    expect(delivery.due(2_000)).toHaveLength(10);
  });

  test('loses datagrams as the network says', () => {
    const delivery = new Delivery<number>(effectsOf(networkOf('loss=50%')).up, 1);
    const passed = Array.from({ length: 1_000 }, (_, at) => delivery.take(at, 100, at)).filter(Boolean).length;
    expect(passed).toBeGreaterThan(420);
    expect(passed).toBeLessThan(580);
  });

  test('holds all while the path is cut, and passes it on in order when the path is back', () => {
    const delivery = new Delivery<string>(effectOf('rtt=20ms'), 1);
    delivery.take(0, 10, 'under way');
    delivery.hold();
    delivery.take(5, 10, 'sent meanwhile');
    expect(delivery.nextMs).toBe(Number.POSITIVE_INFINITY);
    expect(delivery.due(5_000)).toEqual([]);
    delivery.release(5_000);
    expect(delivery.nextMs).toBe(5_000);
    expect(delivery.due(5_000)).toEqual(['under way', 'sent meanwhile']);
  });

  test('passes nothing on before the end of the handshake that it stands for', () => {
    const delivery = new Delivery<string>(effectOf('rtt=100ms'), 1, 100);
    delivery.take(0, 10, 'hello');
    expect(delivery.due(99)).toEqual([]);
    expect(delivery.due(100)).toEqual(['hello']);
  });
});
