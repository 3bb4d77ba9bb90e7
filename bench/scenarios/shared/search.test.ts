import { describe, expect, test } from 'vitest';
import { type Probed, RESOLUTION, search } from './search.ts';

/** Simulates a server that meets the objective up to one rate, and a generator that can offer up to another. */
function probes(server: number, generator = Number.POSITIVE_INFINITY) {
  const tried: { rate: number; confirming: boolean }[] = [];
  const probe = async (rate: number, confirming: boolean): Promise<Probed> => {
    tried.push({ rate, confirming });
    return { outcome: rate > generator ? 'generator' : rate > server ? 'missed' : 'met' };
  };
  return { probe, tried };
}

describe('search', () => {
  test.each([7, 480, 2_000, 45_250, 812_000])('finds a limit of %d messages a second from any start', async (limit) => {
    for (const start of [10, 2_000, 1_000_000]) {
      const { probe, tried } = probes(limit);
      const found = await search(start, probe);
      expect(found.limit).toBe('missed');
      expect(found.rate).toBeLessThanOrEqual(limit);
      expect(found.rate).toBeGreaterThan(limit / RESOLUTION / 1.01);
      // The last probe is the longer one, at the reported rate.
      expect(tried.at(-1)).toEqual({ rate: found.rate, confirming: true });
      expect(tried.length).toBeLessThan(26);
    }
  });

  test('says when the generator and not the server set the limit', async () => {
    const found = await search(2_000, probes(90_000, 60_000).probe);
    expect(found.limit).toBe('generator');
    expect(found.rate).toBeGreaterThan(57_000);
    expect(found.rate).toBeLessThanOrEqual(60_000);
  });

  test('steps down from a rate that was met by luck', async () => {
    const lucky = async (rate: number, confirming: boolean): Promise<Probed> => ({
      outcome: rate <= (confirming ? 900 : 1_000) ? 'met' : 'missed',
    });
    const found = await search(100, lucky);
    expect(found.rate).toBeLessThanOrEqual(900);
    expect(found.rate).toBeGreaterThan(850);
  });

  test('finds nothing where nothing meets the objective, and ends', async () => {
    const { probe, tried } = probes(0);
    expect(await search(2_000, probe)).toEqual({ rate: 0, limit: 'missed' });
    expect(tried.length).toBeLessThan(20);
  });

  test('ends where nothing stops it', async () => {
    const { probe, tried } = probes(Number.POSITIVE_INFINITY);
    const found = await search(2_000, probe);
    expect(found.limit).toBeUndefined();
    expect(found.rate).toBeGreaterThan(5_000_000);
    expect(tried.length).toBeLessThan(20);
  });
});
