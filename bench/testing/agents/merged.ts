import { Fleet } from '../../agents/fleet.ts';
import { readRedisUrl } from '../../agents/redis-url.ts';
import { BROADCAST, ECHO } from '../../codec/header.ts';
import { usualLimits } from '../../limits.ts';
import { decode } from '../../load/histogram.ts';
import type { WorkerAnswer } from '../../load/protocol.ts';
import type { Recording } from '../../load/recording.ts';
import { messageCount } from '../../load/schedule.ts';
import { LoadGenerator, maxOpeningSeconds } from '../../run/generator.ts';
import type { LoadWorker, LoadWorkers } from '../../run/load-workers.ts';
import { startServer } from '../../run/processes.ts';
import { clientModule, serverModule } from '../../transports/index.ts';
import { VERSION } from './agents.ts';
import { HUB } from './hosts.ts';

/**
 * Program that puts the load of agents on servers of its own, and prints whether the merged recording is the sum of its parts.
 * The variable MERGED has the address of Redis, the numbers of agents, servers and sessions, the rate, the seconds, and `echo` or
 * `broadcast`.
 */
const [url = '', ...rest] = (process.env.MERGED ?? '').split(' ');
const [agents = 0, servers = 0, sessions = 0, rate = 0, seconds = 0] = rest.map(Number);
const toEveryone = rest.at(-1) === 'broadcast';

const address = readRedisUrl(url, 'the address');
if ('problem' in address) throw new Error(address.problem);
const { signal } = new AbortController();
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const limits = { ...usualLimits(1 << 20), messagesPerSecond: Number.MAX_SAFE_INTEGER };
const location = { id: 'ws' };

const started = Array.from({ length: servers }, () => startServer({ core: undefined }));
const fleet = await Fleet.recruit({ address, agents, seconds: 60, version: VERSION, signal, say });
try {
  const urls = await Promise.all(
    started.map(async (server) => {
      const order = {
        order: 'listen',
        module: serverModule(location),
        host: HUB,
        port: 0,
        options: {},
        limits,
      } as const;
      return (await server.ask(order, 'listening', { seconds: 60, signal })).url;
    }),
  );
  const parts: Recording[] = [];
  const { workers } = fleet;
  await using generator = new LoadGenerator({ workers, clients: sessions, signal }, (settings) =>
    watched(fleet.start(settings), parts),
  );
  await generator.reach(urls[0] ?? '');
  const message = { encoding: 'text', size: 64, seed: 1 } as const;
  const kind = toEveryone
    ? ({ opcode: BROADCAST, reaches: 'everyone' } as const)
    : ({ opcode: ECHO, reaches: 'sender' } as const);
  const beganMs = performance.now();
  const all = { module: clientModule(location), urls, options: {}, ...message, ...kind };
  await generator.open(all, { until: sessions, inFlight: 32 }, 60 + maxOpeningSeconds(sessions));
  const openedSeconds = (performance.now() - beganMs) / 1e3;
  const phase = { first: 0, rate, seconds, drainSeconds: 30 };
  const merged = await generator.phase({ ...phase, startNs: await generator.prepare() });
  const own = parts.splice(0);
  const late = await generator.phase({
    ...phase,
    first: Math.ceil(messageCount(rate, seconds) / sessions) * sessions,
    seconds: 0.1,
    startNs: generator.nowNs - 0.3e9,
  });
  await generator.close();
  const { due, sent, delivered, duplicated, unexpected, corrupt, early, clocks, between } = merged;
  const names = ['response', 'service', 'lag', 'last'] as const;
  process.stdout.write(
    JSON.stringify({
      openedSeconds,
      due,
      sent,
      delivered,
      timed: decode(merged.response).totalCount + (between === undefined ? 0 : decode(between.response).totalCount),
      between,
      duplicated,
      unexpected,
      corrupt,
      early,
      clocks,
      parts: own.map(({ host, response }) => ({ host, responses: decode(response).totalCount })),
      equal: names.map((name) =>
        isSum(
          merged[name],
          own.flatMap((part) => part[name] ?? []),
        ),
      ),
      equalBetween:
        between === undefined ||
        isSum(
          between.response,
          own.flatMap((part) => part.between?.response ?? []),
        ),
      late: late.agentFaults,
    }),
  );
} finally {
  await fleet[Symbol.asyncDispose]();
  await Promise.all(started.map((server) => server.kill()));
}

/** Load workers whose recordings are kept. */
function watched(workers: LoadWorkers, parts: Recording[]): LoadWorkers {
  const all = workers.all.map(
    (worker): LoadWorker => ({
      async ask<Kind extends WorkerAnswer['answer']>(...asked: Parameters<typeof worker.ask<Kind>>) {
        const answer: WorkerAnswer = await worker.ask<Kind>(...asked);
        if (answer.answer === 'phase') parts.push(answer.recording);
        return answer as Extract<WorkerAnswer, { answer: Kind }>;
      },
    }),
  );
  return {
    all,
    ...(workers.hosts === undefined ? {} : { hosts: workers.hosts }),
    ...(workers.leadNs === undefined ? {} : { leadNs: workers.leadNs }),
    reach: async (to, aborted) => workers.reach?.(to, aborted),
    processes: () => workers.processes(),
    [Symbol.asyncDispose]: () => workers[Symbol.asyncDispose](),
  };
}

/** True if a histogram has, in every bucket, as many values as its parts together. */
function isSum(merged: string | null, parts: readonly string[]): boolean {
  if (merged === null) return parts.length === 0;
  const counts = (encoded: string): number[] => {
    const of = decode(encoded);
    const length = 'countsArrayLength' in of ? Number(of.countsArrayLength) : 0;
    const at =
      'getCountAtIndex' in of && typeof of.getCountAtIndex === 'function' ? of.getCountAtIndex.bind(of) : undefined;
    if (at === undefined) throw new Error('the histogram does not show its buckets');
    return Array.from({ length }, (_, index) => Number(at(index)));
  };
  const all = parts.map(counts);
  return counts(merged).every((count, bucket) => count === all.reduce((sum, part) => sum + (part[bucket] ?? 0), 0));
}
