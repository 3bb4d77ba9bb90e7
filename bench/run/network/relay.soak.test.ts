import { expect } from 'vitest';
import { BulkTransfer } from '../../testing/network/bulk.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { binomial99, burstsOf, HEADER_BYTES, Trains } from '../../testing/network/trains.ts';
import { soak } from '../../testing/soak.ts';
import { readProcess } from '../process-tree.ts';
import { type RelayedLink, relayedLink } from './relayed-link.ts';

const BULK = { lines: 1, warmUpSeconds: 3, seconds: 10 };
const CLIENTS = 50;

/** Makes a link, uses it and closes it. */
async function overLink(use: (link: RelayedLink) => Promise<string>, lines = 1): Promise<string> {
  const { signal } = new AbortController();
  const link = await relayedLink({ network: null, seed: 1, lines, core: undefined, signal });
  try {
    return await use(link);
  } finally {
    await link.close();
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const ms = (seconds: number): string => (seconds * 1e3).toFixed(2);

soak('the relay loses the share that is asked, alone and in bursts', 300, () =>
  overLink(async (link) => {
    await using trains = new Trains(link);
    const seen: string[] = [];
    for (const way of ['up', 'down'] as const) {
      const train = { way, packets: 40_000, bytes: 64, perSecond: 4_000 };
      for (const lossShare of [0.005, 0.02, 0.05]) {
        await link.change(networkFrom(`rtt=20ms+jitter=5ms+loss=${lossShare * 100}%`), 1);
        const [{ missing = [], outOfOrder } = { outOfOrder: -1 }] = await trains.send([train]);
        const [least, most] = binomial99(train.packets, lossShare);
        expect(missing.length).toBeGreaterThan(least);
        expect(missing.length).toBeLessThan(most);
        expect(outOfOrder).toBe(0);
        seen.push(`${way} ${percent(missing.length / train.packets)} of ${percent(lossShare)}`);
      }
      await link.change(networkFrom('rtt=20ms+loss=5%+burst=3'), 1);
      const [{ missing = [] } = {}] = await trains.send([train]);
      const bursts = burstsOf(missing);
      expect(missing.length / bursts.length / 3).toBeGreaterThan(0.9);
      expect(missing.length / bursts.length / 3).toBeLessThan(1.1);
      seen.push(`${way} ${bursts.length} bursts of ${(missing.length / bursts.length).toFixed(2)}, not 3`);
    }
    return seen.join('; ');
  }),
);

soak('a line carries its rate, and a full queue takes its time', 300, () =>
  overLink(async (link) => {
    const seen: string[] = [];
    await using bulk = new BulkTransfer(link);
    for (const mbit of [1.6, 10, 40]) {
      const { line } = await bulk.carry(`rtt=20ms+down=${mbit}mbit`, BULK);
      expect(Math.abs(line / (mbit * 1e6) - 1)).toBeLessThan(0.03);
      seen.push(`${(line / 1e6).toFixed(2)} of ${mbit} Mbit/s`);
    }
    await using trains = new Trains(link);
    await link.change(networkFrom('rtt=4ms+up=100kbit+queue=4s'), 1);
    const burst = { way: 'up', packets: 800, bytes: 250 - HEADER_BYTES, perSecond: 1e6 } as const;
    const [{ packets, seconds } = { packets: 0, seconds: 0 }] = await trains.send([burst]);
    // The first arrival has been sent already: 50 packets a second follow it.
    expect(Math.abs(seconds / ((packets - 1) / 50) - 1)).toBeLessThan(0.03);
    seen.push(`a full queue of 4 s drained in ${seconds.toFixed(2)} s, ${packets} packets`);
    return seen.join('; ');
  }),
);

soak('fifty clients of 1.6 Mbit/s carry each what one alone carries, or share it', 300, () =>
  overLink(async (link) => {
    await using bulk = new BulkTransfer(link);
    const line = 'rtt=20ms+down=1.6mbit+up=1.6mbit';
    const alone = await bulk.carry(line, BULK);
    const all = await bulk.carry(line, { ...BULK, lines: CLIENTS });
    const shared = await bulk.carry(`${line}+shared=1`, { ...BULK, lines: CLIENTS });
    const ratios = all.each.map((rate) => rate / alone.each[0]!);
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    const seen = `each ${percent(least)} to ${percent(most)} of one alone; shared ${percent(shared.line / alone.line)}`;
    expect(least, seen).toBeGreaterThan(0.95);
    expect(most, seen).toBeLessThan(1.05);
    expect(Math.abs(shared.line / alone.line - 1), seen).toBeLessThan(0.05);
    return seen;
  }, CLIENTS),
);

soak('the relay keeps time, and uses little of a core', 300, () =>
  overLink(async (link) => {
    await using trains = new Trains(link);
    const seen: string[] = [];
    for (const rtt of [20, 100, 400]) {
      await link.change(networkFrom(`rtt=${rtt}ms`), 1);
      await trains.ping(20, 5, 2_000);
      const sorted = (await trains.ping(1_000, 4, 2_000)).toSorted((a, b) => a - b);
      const [p50, p99] = [sorted[499]!, sorted[989]!].map((seconds) => seconds - rtt / 1e3);
      seen.push(`rtt ${rtt} ms: ${ms(p50!)} ms more at p50, ${ms(p99!)} at p99`);
    }
    await link.change(networkFrom('rtt=20ms'), 1);
    const cpuSeconds = (): number => readProcess(link.relayPid)?.cpuSeconds ?? Number.NaN;
    const before = cpuSeconds();
    await trains.send([{ way: 'up', packets: 5_000, bytes: 64, perSecond: 500 }]);
    seen.push(`${((cpuSeconds() - before) / 10).toFixed(3)} cores at 500 packets/s`);
    await using bulk = new BulkTransfer(link);
    let [beganMs, packets] = [0, 0];
    const total = (): number => link.counters()!.packetsUp + link.counters()!.packetsDown;
    await bulk.carry('rtt=20ms', { lines: 1, warmUpSeconds: 3, seconds: 5 }, async () => {
      [beganMs, packets] = [performance.now(), total()];
    });
    const rate = (total() - packets) / ((performance.now() - beganMs) / 1e3);
    seen.push(`${Math.round(rate)} packets/s in bulk at 10 ms each way`);
    return seen.join('; ');
  }),
);
