import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { MeasuredTrial } from '../../results/schema.ts';
import {
  BUSY,
  brokenBy,
  endBusy,
  endLoops,
  expectTouched,
  expectTouchedFromItsMiddle,
  firstAttempts,
  GENERATOR,
  keepBusy,
  LOAD,
  LOOP,
  loopFile,
  measured,
  namesLoop,
  removeRuns,
  SERVER,
  whyNoCores,
} from '../../testing/faults/busy-cores.ts';
import { unavailable } from '../../testing/unavailable.ts';

unavailable(whyNoCores);
afterEach(endBusy);
afterAll(removeRuns);

/** One search, which begins near what the server can do beside the loops, so that it takes few probes. */
const ONE = ['--trials', '1', '--clients', '4', '--rate', '3200', '--duration', '0.3'];

test('a search is rejected if a probe was touched that bounds its rate', { timeout: 180_000 }, async () => {
  const flags = ['--transports', 'ws', '--scenarios', 'capacity', '--objective', 'p50<50ms', ...ONE];
  const [trial] = await measured(flags, { enough: 1, act: () => keepBusy([SERVER]) });
  if (trial === undefined) throw new Error('there is no trial');
  expectTouched(trial, [SERVER]);
});

describe('loops before a run reject every trial, with the core and the program', () => {
  test.each([
    { where: 'the server’s core alone', cores: [SERVER] },
    { where: 'both cores', cores: [SERVER, GENERATOR] },
  ])('on $where', async ({ cores }) => {
    await touchedBefore(cores);
  });

  test('on the generator’s core alone, whose waits are recorded and named too', async () => {
    for (const trial of await touchedBefore([GENERATOR])) {
      expect(trial.processes?.map(({ role }) => role)).toEqual(['server', 'generator']);
      for (const { waitSeconds } of trial.processes ?? []) expect(waitSeconds).toBeGreaterThanOrEqual(0);
      expect(brokenBy(trial, 'cores-not-waited-for')?.text).toMatch(
        new RegExp(`the load generator waited \\d+\\.\\d % of the time for core ${GENERATOR} while other programs ran`),
      );
    }
  });
});

/** Runs loops on cores from before a run on, checks that they reject each of its trials, and returns those. */
async function touchedBefore(cores: readonly string[]): Promise<readonly MeasuredTrial[]> {
  const trials = await measured(['--transports', 'ws', ...LOAD, '--trials', '2'], { act: () => keepBusy(cores) });
  expect(firstAttempts(trials)).toHaveLength(2);
  for (const trial of trials) expectTouched(trial, cores);
  return trials;
}

test('loops on both cores, begun in the middle of a run, reject the trials from then on, and none before', async () => {
  await expectTouchedFromItsMiddle([SERVER, GENERATOR]);
});

test('loops that ended before a run touch none of its trials', async () => {
  keepBusy([SERVER, GENERATOR]);
  await endLoops();
  const trials = await measured(['--transports', 'ws', ...LOAD, '--trials', '2']);
  expect(trials.filter(namesLoop)).toEqual([]);
  for (const { cores = [] } of trials) expect(cores.map((one) => one.cores)).toEqual([SERVER, GENERATOR]);
});

const OWN_SERVER = fileURLToPath(new URL('../../testing/servers/own-echo.ts', import.meta.url));

test('loops that a server’s own command starts are the server’s', async () => {
  const exec = `'${loopFile}' -c '${BUSY}' & exec '${process.execPath}' '${OWN_SERVER}' HOST PORT`;
  const flags = ['--transports', 'ws', ...LOAD, '--trials', '2', '--url', 'ws://HOST:PORT', '--exec', exec];
  const trials = await measured(flags);
  expect(firstAttempts(trials)).toHaveLength(2);
  for (const { cores, broken = [] } of trials) {
    expect(cores?.find((one) => one.cores === SERVER)?.ownSeconds).toBeGreaterThan(0.1);
    expect(JSON.stringify([cores, broken])).not.toContain(LOOP);
  }
});

test('at a server that runs already nothing is bound to a core, and the wait tells', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const flags = ['--transports', 'ws', ...LOAD, '--trials', '2', '--url', `ws://127.0.0.1:${port}`];
  const trials = await measured(flags, { act: () => keepBusy([SERVER, GENERATOR]) });
  server.close();
  expect(firstAttempts(trials)).toHaveLength(2);
  for (const trial of trials) {
    expect(brokenBy(trial, 'cores-not-shared')).toBeUndefined();
    expect(brokenBy(trial, 'cores-not-waited-for')?.text).toMatch(
      new RegExp(
        `^the load generator waited \\d+\\.\\d % of the time for cores \\S+ while other programs ran, mostly .*${LOOP}`,
      ),
    );
  }
});

test.each([
  ['a closed loop', ['--scenarios', 'ceiling', '--clients', '4', '--duration', '0.5', '--trials', '1']],
  ['opening sessions', ['--scenarios', 'connect', '--clients', '200', '--trials', '1']],
])('%s is watched too', async (_, flags) => {
  const [trial] = await measured(['--transports', 'ws', ...flags], { enough: 1, act: () => keepBusy([SERVER]) });
  if (trial === undefined) throw new Error('there is no trial');
  expectTouched(trial, [SERVER]);
});
