import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { judged, type Rig, undisturbed, withRig } from '../../testing/rig.ts';
import { clientModule, serverModule } from '../../transports/index.ts';

const modules = { server: serverModule({ id: 'ws' }), client: clientModule({ id: 'ws' }) };
const CLIENTS = 10;
const RATE = 2_000;
const SECONDS = 4;
/** Rate in messages/s far beyond what a worker can send. */
const TOO_MANY = 400_000;

/** Number of processes that keep one core busy. */
const BURNERS = 4;
/** Time after which a burner ends by itself, whatever happens to the test. */
const BURNER_MS = 20_000;
const BURN = `process.stdout.write('burning'); for (const end = Date.now() + ${BURNER_MS}; Date.now() < end; );`;

/** Keeps the load worker's core busy while `act` runs, or every core if the worker is not pinned. */
async function besideBurners<Result>({ pinning }: Rig, act: () => Promise<Result>): Promise<Result> {
  const core = pinning?.workers[0];
  const command = [process.execPath, '-e', BURN];
  const [program, ...args] = core === undefined ? command : ['taskset', '-c', core, ...command];
  const count = core === undefined ? BURNERS * availableParallelism() : BURNERS;
  const burners = Array.from(
    { length: count },
    // Each burner has a session of its own, as the worker has: the scheduler divides a core among sessions first.
    (): ChildProcess => spawn(program!, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true }),
  );
  try {
    await Promise.all(burners.map((burner) => once(burner.stdout!, 'data')));
    return await act();
  } finally {
    for (const burner of burners) burner.kill('SIGKILL');
  }
}

test('a generator with a core to itself is believed, and one that shares it with others is not', async () => {
  await withRig({ clients: CLIENTS, ...modules }, async (rig) => {
    const healthy = await undisturbed(rig, RATE, SECONDS);
    expect(judged(healthy, CLIENTS)).toEqual({ state: 'valid', reasons: [], broken: [] });

    const starved = await besideBurners(rig, () => rig.run(RATE, SECONDS));
    // Everything was sent, only late: no count shows that, but the rule does.
    expect(starved).toMatchObject({ sent: RATE * SECONDS, delivered: RATE * SECONDS, unsent: 0 });
    const { state, reasons } = judged(starved, CLIENTS);
    expect(state).toBe('invalid');
    expect(reasons.join()).toMatch(/^schedule kept: .* of messages left within 5 ms of their due time/);
  });
});

test('a rate beyond what the generator can send is not believed', async () => {
  await withRig({ clients: CLIENTS, ...modules }, async (rig) => {
    const recording = await rig.run(TOO_MANY, 1);
    expect(recording.sent + recording.unsent).toBe(TOO_MANY);
    const { state, reasons } = judged(recording, CLIENTS);
    expect(state).toBe('invalid');
    expect(reasons.join()).toMatch(/schedule kept: .*generator not saturated: a load worker was busy/);
  });
});
