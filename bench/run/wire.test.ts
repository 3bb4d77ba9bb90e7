import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UNAVAILABLE } from '../checks/conformance/harness.ts';
import { type Given, readOptions, type Setting } from '../plan/options.ts';
import { makePlan, type RunPlan } from '../plan/plan.ts';
import type { PlannedCase } from '../scenarios/shape.ts';
import { singleTrial } from '../testing/single-trial.ts';
import { subjectNames } from '../testing/subjects.ts';
import { whyUnavailable } from '../transports/index.ts';
import { pinCores } from './affinity.ts';
import { type Link, openLink } from './link.ts';
import { runTrial } from './trial.ts';

/** What a packet of 1,500 bytes has room for behind the heads of IP and TCP, or of IP and UDP. */
const MOST_IN_PACKET = 1_472;

let link: Link;
beforeAll(async () => {
  link = await openLink('auto');
});
afterAll(() => link.close());

function planOf(settings: Partial<Record<Setting, Given['value']>>): RunPlan {
  const given = Object.entries({ scenarios: 'wire', ...settings }).map(([name, value]) => [name, { value, where: '' }]);
  const read = readOptions(Object.fromEntries(given));
  return makePlan('problems' in read ? expect.fail(read.problems.join()) : read.options);
}
const { cases, leftOut } = planOf({ transports: [...subjectNames()] });
/** More than a window of HTTP/2, than WebSocket's shorter lengths, and than what is put into one frame. */
const long = planOf({ transports: ['ws', 'sse:h2', 'grpc', 'mqtt:ws'], size: 65_536 }).cases.filter(({ name }) =>
  subjectNames().includes(name),
);

/** Undefined where the transport cannot be used on this machine. */
async function counted(planned: PlannedCase) {
  const why = await whyUnavailable(planned.entry);
  if (why !== undefined) return void expect(why).toMatch(UNAVAILABLE);
  const { trial } = await runTrial(planned, singleTrial({ pinning: pinCores(1), link }));
  expect(trial.reasons).toEqual([]);
  if (trial.state === 'failed' || trial.theory === undefined) throw new Error('nothing to compare');
  const { theory, wire, messages } = trial;
  expect(messages).toMatchObject({ sent: theory.exchanges, delivered: theory.exchanges });
  const { up, down } = wire.socket ?? wire;
  // Datagrams are not what the sockets count: only a link says what they cost.
  if (wire.datagrams === undefined) expect({ up, down }).toEqual({ up: theory.up, down: theory.down });
  return { theory, wire };
}

describe('bytes of one message at a time', () => {
  test('are checked for every transport and variant at four sizes, but for those over what it promises', () => {
    expect(cases.length + leftOut.length).toBe(4 * subjectNames().length);
    for (const { reason } of leftOut) expect(reason).toMatch(/^carries no messages over \d+ bytes$/);
  });

  test.each(cases)('$id: the sockets carry what the formula says, to the byte', async (planned) => {
    const trial = await counted(planned);
    if (trial === undefined) return;
    const { theory, wire } = trial;
    if (wire.layer !== 'link') return;

    const { packetsUp = 0, packetsDown = 0 } = wire;
    // One exchange waits for the one before it. Within one, the system may put two small writes in one segment while an earlier
    // one still waits in its queue (tcp_autocorking), so that there can be fewer than the formula's segments.
    expect(packetsUp).toBeGreaterThanOrEqual(Math.max(theory.exchanges, theory.up / MOST_IN_PACKET));
    expect(packetsDown).toBeGreaterThanOrEqual(Math.max(theory.exchanges, theory.down / MOST_IN_PACKET));
    // Acknowledgements counted; what is left are TCP's options where packets overtook one another, or a keep-alive.
    const packets = packetsUp + packetsDown;
    const alone = (theory.acknowledgementBytes ?? 0) * (packets - theory.segmentsUp - theory.segmentsDown);
    const inTheory = theory.up + theory.down + theory.packetBytes * packets + alone;
    const most = wire.datagrams === undefined ? 0.01 : 0.02;
    expect(Math.abs(wire.up + wire.down - inTheory)).toBeLessThan(inTheory * most);
  });

  test.each(long)('$id: so they do where a message is longer than what is sent at once', async (planned) => {
    await counted(planned);
  });
});
