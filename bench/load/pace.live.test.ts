import { expect, test } from 'vitest';
import { ECHO } from '../codec/header.ts';
import { LoadGenerator } from '../run/generator.ts';
import { Kit } from '../testing/kit.ts';
import { PATIENCE_SECONDS } from '../testing/patience.ts';
import { clientModule, findTransport, loadServer, optionsOf } from '../transports/index.ts';
import { monotonicClock } from './clock.ts';
import { pace } from './pacer.ts';
import type { Pace } from './protocol.ts';
import { sleepingLoop } from './runtime/loops.ts';

const RATE = 200;
const CLIENTS = 4;

const found = findTransport('ws');
if (found === undefined) throw new Error('there is no ws');
const { entry } = found;

/** Sends messages to an echo server from a load worker that waits in this way. */
async function measured(how: Pace) {
  await using kit = new Kit();
  const { url } = await kit.listen(await loadServer(entry), { options: optionsOf(found!) });
  const generator = kit.use(new LoadGenerator({ workers: 1, clients: CLIENTS, signal: new AbortController().signal }));
  const common = {
    options: {},
    encoding: 'text',
    size: 64,
    seed: 1,
    opcode: ECHO,
    reaches: 'sender',
    pace: how,
  } as const;
  await generator.open({ ...common, module: clientModule(entry), urls: [url] }, { until: CLIENTS, inFlight: CLIENTS });
  const phase = async (first: number) =>
    generator.phase({
      first,
      rate: RATE,
      seconds: 1,
      startNs: await generator.prepare(),
      drainSeconds: PATIENCE_SECONDS,
    });
  await phase(0);
  return await phase(RATE);
}

test.each(['spin', 'sleep'] as const)('a load worker told to %s sends every message, none early', async (how) => {
  const { due, sent, delivered, errors, early } = await measured(how);
  const all = { due: RATE, sent: RATE, delivered: RATE };
  expect({ due, sent, delivered, errors, early }).toEqual({ ...all, errors: {}, early: 0 });
});

test('a helper thread wakes the pacer about once a message, and it hardly spins', async () => {
  const clock = monotonicClock(process.hrtime.bigint());
  const sleeping = sleepingLoop(clock);
  let sleeps = 0;
  const later: typeof sleeping.later = (milliseconds, task) => {
    sleeps++;
    sleeping.later(milliseconds, task);
  };
  const loop = { ...sleeping, later };
  const dues = Array.from({ length: 50 }, (_, index) => clock() + 20e6 + index * 5e6);
  let sent = 0;
  let early = 0;
  const { spunNs, elapsedNs } = await pace(
    {
      dueNs: () => dues[sent] ?? Number.POSITIVE_INFINITY,
      sendNext: () => {
        if (clock() < dues[sent]!) early++;
        sent++;
      },
      arrivals: () => 0,
      stopped: () => false,
    },
    loop,
  );
  await sleeping.close();
  expect({ sent, early }).toEqual({ sent: 50, early: 0 });
  // A message that becomes due while others are sent is sent in the next turn of the loop.
  expect(spunNs).toBeLessThan(elapsedNs / 20);
  // A thread's clock may differ by microseconds, and a wake before the time is followed by a short sleep.
  expect(sleeps).toBeLessThan(200);
});
