import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { watchRadios } from '../../scenarios/idle.ts';
import { networkFrom } from '../../testing/network/network-from.ts';
import { planTrial, singleTrial } from '../../testing/single-trial.ts';
import { needs } from '../../testing/unavailable.ts';
import { ProcessStage } from '../stage.ts';
import { type RelayedLink, relayedLink } from './relayed-link.ts';

const NETWORK = 'rtt=10ms';
const CLIENTS = 3;
const TAIL_SECONDS = 0.3;
/** Time in which a packet may be on either side of a border: that between the relay's reading and this process's. */
const BORDER_SECONDS = 0.05;

const folder = mkdtempSync(join(tmpdir(), 'wirebench-radio-'));
let link: RelayedLink;
beforeAll(async () => {
  const { signal } = new AbortController();
  link = await relayedLink({ network: networkFrom(NETWORK), seed: 1, lines: CLIENTS, core: undefined, signal });
});
afterAll(async () => {
  await link.close();
  rmSync(folder, { recursive: true });
});

interface Packet {
  readonly client: string;
  readonly seconds: number;
  readonly bytes: number;
}

/** Captures the packets at the clients' end while work is done. */
async function captured<Result>(work: () => Promise<Result>): Promise<{ result: Result; packets: Packet[] }> {
  const file = join(folder, 'packets.pcap');
  const [program, ...args] = [...link.generatorEnd, 'dumpcap', '-i', 'wirebench0', '-w', file, '-s', '96'];
  const capturing = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(capturing.stderr, 'data');
  const result = await work();
  // The capture has written its packets by then.
  await later(500);
  capturing.kill('SIGINT');
  await once(capturing, 'exit');
  const fields = ['frame.time_epoch', 'ip.src', 'ip.dst', 'frame.len'].flatMap((field) => ['-e', field]);
  const read = ['-r', file, '-Y', 'ip', '-T', 'fields', ...fields];
  const lines = execFileSync('tshark', read, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const clients = new Set(link.ways.map(({ source }) => source));
  const packets = lines
    .trim()
    .split('\n')
    .map((line) => {
      const [time, source = '', destination = '', length] = line.split('\t');
      const client = clients.has(source) ? source : destination;
      return { client, seconds: Number(time), bytes: Number(length) };
    });
  return { result, packets };
}

/** Time of a window in which a client's packets keep a radio awake: merges their tails, and cuts them to the window. */
function awakeSeconds(packets: readonly Packet[], from: number, to: number): number {
  const tails: { from: number; to: number }[] = [];
  for (const { seconds } of packets) {
    const last = tails.at(-1);
    if (last !== undefined && seconds <= last.to) last.to = seconds + TAIL_SECONDS;
    else tails.push({ from: seconds, to: seconds + TAIL_SECONDS });
  }
  return tails.reduce((sum, tail) => sum + Math.max(0, Math.min(to, tail.to) - Math.max(from, tail.from)), 0);
}

describe('the use of a radio is that of a capture at the clients’ end', async () => {
  await needs('tshark');

  test.each([
    ['ws', '1s', 3 * TAIL_SECONDS],
    ['mqtt', '1s', 3 * TAIL_SECONDS],
    // Heartbeats closer than the tail keep it awake for good.
    ['socketio', '200ms', 3],
  ])('%s with heartbeats every %s', async (transport, heartbeat, expected) => {
    const dimensions = { network: NETWORK, heartbeat };
    const planned = planTrial(transport, 'idle', { clients: CLIENTS, seconds: 3, dimensions });
    const times: number[] = [];
    const timed: RelayedLink = {
      ...link,
      async radioCounts() {
        const counts = await link.radioCounts();
        times.push(Date.now() / 1e3);
        return counts;
      },
    };
    const { result, packets } = await captured(async () => {
      await using stage = await ProcessStage.open(planned, singleTrial({ link: timed, ways: link.ways }));
      return await watchRadios(planned, stage, TAIL_SECONDS);
    });
    const [from = 0, to = 0] = times.slice(-2);
    const radio = result.extras?.radio;
    if (radio === undefined) throw new Error('the radio was not watched');
    expect(radio.tailSeconds).toBe(TAIL_SECONDS);
    expect(radio.seconds).toBeGreaterThanOrEqual(3);

    const perClient = Map.groupBy(packets, ({ client }) => client);
    expect(perClient.size).toBe(CLIENTS);
    const each = [...perClient.values()].map((some) => awakeSeconds(some, from, to));
    const mean = each.reduce((sum, one) => sum + one, 0) / CLIENTS;
    const hours = radio.seconds / 3_600;
    expect((radio.awakeSecondsPerHour * hours) / mean).toBeGreaterThan(0.95);
    expect((radio.awakeSecondsPerHour * hours) / mean).toBeLessThan(1.05);
    expect(radio.awakeSecondsPerHour).toBeLessThanOrEqual(3_600.001);
    // Each heartbeat wakes it once, whatever the packets that it takes.
    expect(mean).toBeGreaterThan(0.6 * expected);

    const within = (border: number): Packet[] =>
      packets.filter(({ seconds }) => seconds >= from - border && seconds <= to + border);
    const [least, most] = [within(-BORDER_SECONDS), within(BORDER_SECONDS)];
    const total = (figure: number): number => Math.round(figure * hours * CLIENTS);
    expect(total(radio.packetsPerHour)).toBeGreaterThanOrEqual(least.length);
    expect(total(radio.packetsPerHour)).toBeLessThanOrEqual(most.length);
    const bytesOf = (some: readonly Packet[]): number => some.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total(radio.bytesPerHour)).toBeGreaterThanOrEqual(bytesOf(least));
    expect(total(radio.bytesPerHour)).toBeLessThanOrEqual(bytesOf(most));
    expect(least.length).toBeGreaterThan(0);
  });
});
